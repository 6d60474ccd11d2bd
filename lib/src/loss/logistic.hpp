// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "loss/labels.hpp"
#include "loss/majoriser.hpp"
#include "loss/rating_scale.hpp"
#include "loss/scalar_math.hpp"
#include "mfpar/loss.hpp"

namespace mfpar {

/// -log(probability of the target), for targets 0 and 1, the probability of 1 being the sigmoid of
/// the score. The policy that losses.hpp describes; as regression: Cox, "The regression analysis of
/// binary sequences", 1958, and for factors of clicks: Johnson, "Logistic matrix factorization for
/// implicit feedback data", 2014.
struct LogisticLoss {
  static constexpr LossInfo kInfo{.loss = Loss::kLogistic,
                                  .name = "logistic",
                                  .metric = "log_loss",
                                  .metric_title = "log loss",
                                  .takes_labels = true,
                                  .predicts_probability = true};
  static constexpr double kStep = 1.0;
  // Of 1, 2, 3 and 4: as good on held-out labels of MovieLens latest-small and of MovieTweetings
  // (ratings of 4, or of 8, and more), in 49, 25, 21, 15 epochs and in 200, 60, 28, 17.
  static constexpr double kRateScale = 3.0;
  static constexpr int kDegree = 0;
  static constexpr float kMaxCurvature = 0.25f;
  static constexpr bool kIsQuadratic = false;
  static constexpr bool kIsMajorised = true;
  static constexpr bool kClips = false;

  template <class Real>
  [[gnu::always_inline]] static Real error(const Real& target, const Real& residual) {
    const Real score = target - residual;
    return softplus(score) - target * score;
  }
  template <class Real>
  [[gnu::always_inline]] static Real pull(const Real& target, const Real& residual) {
    return target - sigmoid(target - residual);
  }

  // Jaakkola and Jordan, "Bayesian parameter estimation via variational methods", 2000.
  static Majoriser majorise(double target, double score, double) {
    const double curvature = std::abs(score) < 1e-4 ? 0.25 : std::tanh(score / 2.0) / (2.0 * score);
    return {(target - 0.5) / curvature, curvature};
  }

  static double expected_curvature(double score) {
    const double probability = sigmoid(score);
    return std::max(probability * (1.0 - probability), 1e-6);
  }

  static float predict(float score, RatingRange) { return sigmoid(score); }

  static TargetScale score_target(RatingRange labels) {
    return {labels.lowest, labels.highest - labels.lowest};
  }

  /// Throws Error(kBadData) for ratings that are not labels of both kinds.
  static RatingScale scale(const RatingDistribution& ratings, bool centred) {
    require_labels(ratings, std::string(kInfo.name));
    const RatingRange range = ratings.range();
    RatingScale scale;
    scale.target = score_target(range);
    const double share = scale.target(static_cast<float>(ratings.mean()));
    scale.best_constant = static_cast<float>(std::log(share / (1.0 - share)));
    if (centred) scale.mean = scale.training_mean = scale.best_constant;
    scale.range = range;
    return scale;
  }
};

}  // namespace mfpar
