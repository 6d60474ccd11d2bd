// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "loss/linear_score.hpp"
#include "loss/majoriser.hpp"
#include "loss/scalar_math.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"
#include "mfpar/loss.hpp"

namespace mfpar {

/// target log(target / score) - target + score, the generalised Kullback-Leibler divergence, which
/// is -log(probability) of counts that are Poisson around their scores, less a constant. For scores
/// that cannot be negative; below kLeast it goes on as a straight line. The policy that losses.hpp
/// describes; Lee and Seung, "Algorithms for non-negative matrix factorization", 2001; Gopalan,
/// Hofman and Blei, "Scalable recommendation with hierarchical Poisson factorization", 2015.
struct PoissonLoss : LinearScore {
  static constexpr LossInfo kInfo{.loss = Loss::kPoisson,
                                  .name = "poisson",
                                  .metric = "kl_divergence",
                                  .metric_title = "KL divergence",
                                  .needs_nonnegative = true};
  static constexpr double kStep = 1.0;
  static constexpr double kRateScale = 1.0;
  static constexpr int kDegree = 1;
  static constexpr float kMaxCurvature = 0.0f;
  static constexpr bool kIsQuadratic = false;
  static constexpr bool kIsMajorised = false;

  /// A thousandth of the mean count, in training.
  static constexpr float kLeast = 1e-3f;

  template <class Real>
  [[gnu::always_inline]] static Real error(const Real& target, const Real& residual) {
    using std::log;
    constexpr float kNone = 1e-20f;  // of which no logarithm is needed
    const Real score = target - residual;
    const Real used = clamp(score, kLeast, kMost);
    const Real ratio = clamp(target, kNone, kMost) / used;
    return target * (log(ratio) - (score - used) * (1.0f / kLeast)) - residual;
  }
  template <class Real>
  [[gnu::always_inline]] static Real pull(const Real& target, const Real& residual) {
    return target / clamp(target - residual, kLeast, kMost) - 1.0f;
  }

  // Fisher's scoring: the curvature that is expected of a count around this score.
  static Majoriser majorise(double target, double score, double) {
    return {target, 1.0 / std::max(score, double{kLeast})};
  }

  // Newton's, of which some is left where nothing was counted.
  static Majoriser approximate(double target, double score) {
    const double used = std::max(score, double{kLeast});
    const double curvature = std::max(target, 0.05 * used) / (used * used);
    return {score + (target / used - 1.0) / curvature, curvature};
  }

  static double expected_curvature(double score) { return 1.0 / std::max(score, double{kLeast}); }

  /// Counts over their mean. Throws Error(kBadData) for ratings below 0, and for zeros alone.
  static RatingScale scale(const RatingDistribution& ratings, bool) {
    const RatingRange range = ratings.range();
    if (range.lowest < 0.0f || range.highest == 0.0f) {
      throw Error(ErrorCode::kBadData,
                  "the poisson loss learns from counts, 0 or more and not all of them 0; found: "
                  "ratings from " +
                      shortest_decimal(range.lowest) + " to " + shortest_decimal(range.highest) +
                      "; convert the ratings, or choose --loss squared");
    }
    RatingScale scale;
    scale.best_constant = static_cast<float>(ratings.mean());
    scale.deviation = scale.target.width = scale.best_constant;
    scale.range = range;
    return scale;
  }

 private:
  static constexpr float kMost = std::numeric_limits<float>::max();
};

}  // namespace mfpar
