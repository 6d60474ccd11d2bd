// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>

#include "loss/rating_scale.hpp"

namespace mfpar {

/// What losses share whose score is a rating.
struct LinearScore {
  static constexpr bool kClips = true;

  static float predict(float score, RatingRange range) {
    return std::clamp(score, range.lowest, range.highest);
  }

  static TargetScale score_target(RatingRange) { return {}; }

  /// Targets of standard deviation 1, from `constant` on, the best prediction for all alike, where
  /// they are `centred`.
  static RatingScale standardised(const RatingDistribution& ratings, double constant,
                                  bool centred) {
    RatingScale scale;
    scale.best_constant = static_cast<float>(constant);
    if (centred) scale.mean = scale.target.origin = scale.best_constant;
    scale.deviation = scale.target.width = static_cast<float>(ratings.deviation());
    scale.range = ratings.range();
    return scale;
  }
};

}  // namespace mfpar
