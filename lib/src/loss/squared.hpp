// SPDX-License-Identifier: MIT
#pragma once

#include "loss/linear_score.hpp"
#include "loss/majoriser.hpp"
#include "mfpar/loss.hpp"

namespace mfpar {

/// (target - score)^2. The policy that losses.hpp describes.
struct SquaredLoss : LinearScore {
  static constexpr LossInfo kInfo{.loss = Loss::kSquared,
                                  .name = "squared",
                                  .metric = "mse",
                                  .metric_title = "MSE",
                                  .has_root = true};
  static constexpr double kStep = 0.5;
  static constexpr double kRateScale = 1.0;
  static constexpr int kDegree = 2;
  static constexpr float kMaxCurvature = 1.0f;
  static constexpr bool kIsQuadratic = true;
  static constexpr bool kIsMajorised = true;

  template <class Real>
  [[gnu::always_inline]] static Real error(const Real&, const Real& residual) {
    return residual * residual;
  }
  template <class Real>
  [[gnu::always_inline]] static Real pull(const Real&, const Real& residual) {
    return residual;
  }
  static Majoriser majorise(double target, double, double) { return {target, 1.0}; }
  static double expected_curvature(double) { return 1.0; }

  static RatingScale scale(const RatingDistribution& ratings, bool centred) {
    return standardised(ratings, ratings.mean(), centred);
  }
};

}  // namespace mfpar
