// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

#include "loss/linear_score.hpp"
#include "loss/majoriser.hpp"
#include "mfpar/loss.hpp"

namespace mfpar {

/// |target - score|: each rating pulls alike, however far away it is. The policy that losses.hpp
/// describes; as regression: Koenker and Bassett, "Regression quantiles", 1978, for the median.
struct AbsoluteLoss : LinearScore {
  static constexpr LossInfo kInfo{Loss::kAbsolute, "absolute", "mae", "MAE"};
  static constexpr double kStep = 1.0;
  static constexpr double kRateScale = 1.0;
  static constexpr int kDegree = 1;
  static constexpr float kMaxCurvature = 0.0f;
  static constexpr bool kIsQuadratic = false;
  static constexpr bool kIsMajorised = true;

  template <class Real>
  [[gnu::always_inline]] static Real error(const Real&, const Real& residual) {
    using std::abs;
    return abs(residual);
  }
  template <class Real>
  [[gnu::always_inline]] static Real pull(const Real&, const Real& residual) {
    using std::copysign;
    return copysign(Real(1), residual);
  }

  // Of sqrt(residual^2 + smoothing^2); Schlossmacher, "An iterative technique for absolute
  // deviations curve fitting", 1973.
  static Majoriser majorise(double target, double score, double smoothing) {
    return {target, 1.0 / std::hypot(target - score, smoothing)};
  }

  static double expected_curvature(double) { return 1.0; }

  static RatingScale scale(const RatingDistribution& ratings, bool centred) {
    return standardised(ratings, ratings.median(), centred);
  }
};

}  // namespace mfpar
