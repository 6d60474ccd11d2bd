// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>

#include "loss/linear_score.hpp"
#include "loss/majoriser.hpp"
#include "loss/scalar_math.hpp"
#include "mfpar/loss.hpp"

namespace mfpar {

/// residual^2 / 2 up to delta, delta (|residual| - delta / 2) beyond: squares that outliers pull
/// with no more than delta. The policy that losses.hpp describes; Huber, "Robust estimation of a
/// location parameter", 1964.
struct HuberLoss : LinearScore {
  static constexpr LossInfo kInfo{Loss::kHuber, "huber", "huber_loss", "Huber loss"};
  static constexpr double kStep = 1.0;
  static constexpr double kRateScale = 1.0;
  static constexpr int kDegree = 2;  // delta being scaled alike
  static constexpr float kMaxCurvature = 1.0f;
  static constexpr bool kIsQuadratic = false;
  static constexpr bool kIsMajorised = true;

  float delta = 1.0f;  ///< in the units of residuals

  template <class Real>
  [[gnu::always_inline]] Real error(const Real&, const Real& residual) const {
    const Real near = clamp(residual, -delta, delta);
    return near * (residual - near * 0.5f);
  }
  template <class Real>
  [[gnu::always_inline]] Real pull(const Real&, const Real& residual) const {
    return clamp(residual, -delta, delta);
  }

  // Iteratively reweighted squares: Holland and Welsch, "Robust regression using iteratively
  // reweighted least-squares", 1977.
  Majoriser majorise(double target, double score, double) const {
    return {target, std::min(1.0, double{delta} / std::max(std::abs(target - score), 1e-300))};
  }

  double expected_curvature(double) const { return 1.0; }

  RatingScale scale(const RatingDistribution& ratings, bool centred) const {
    RatingScale scale = standardised(ratings, ratings.location(double{delta}), centred);
    scale.delta = delta / scale.deviation;
    return scale;
  }
};

}  // namespace mfpar
