// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <string>

#include "loss/labels.hpp"
#include "loss/majoriser.hpp"
#include "loss/rating_scale.hpp"
#include "loss/scalar_math.hpp"
#include "mfpar/loss.hpp"

namespace mfpar {

/// What losses of labels as -1 and 1 share whose score is a margin: its sign says which label.
/// target residual = 1 - target score is what a margin of 1 lacks.
struct MarginScore {
  static constexpr int kDegree = 0;
  static constexpr bool kIsQuadratic = false;
  static constexpr bool kIsMajorised = true;
  static constexpr bool kClips = false;

  static float predict(float score, RatingRange) { return score; }

  static TargetScale score_target(RatingRange labels) {
    return {(labels.lowest + labels.highest) / 2.0f, (labels.highest - labels.lowest) / 2.0f};
  }

 protected:
  static RatingScale scale_of(const RatingDistribution& ratings, bool centred, double constant) {
    RatingScale scale;
    scale.target = score_target(ratings.range());
    scale.best_constant = static_cast<float>(constant);
    if (centred) scale.mean = scale.training_mean = scale.best_constant;
    scale.range = ratings.range();
    return scale;
  }
};

/// max(0, 1 - target score): a label costs what its margin lacks of 1. The policy that losses.hpp
/// describes; Cortes and Vapnik, "Support-vector networks", 1995, and for factors: Srebro, Rennie
/// and Jaakkola, "Maximum-margin matrix factorization", 2005.
struct HingeLoss : MarginScore {
  static constexpr LossInfo kInfo{.loss = Loss::kHinge,
                                  .name = "hinge",
                                  .metric = "hinge_loss",
                                  .metric_title = "hinge loss",
                                  .takes_labels = true};
  static constexpr double kStep = 1.0;
  static constexpr double kRateScale = 1.0;
  static constexpr float kMaxCurvature = 0.0f;

  template <class Real>
  [[gnu::always_inline]] static Real error(const Real& target, const Real& residual) {
    return positive_part(target * residual);
  }
  template <class Real>
  [[gnu::always_inline]] static Real pull(const Real& target, const Real& residual) {
    return target * is_positive(target * residual);
  }

  // Of (x + |x|) / 2 with the magnitude rounded off as that of absolute.hpp.
  static Majoriser majorise(double target, double score, double smoothing) {
    const double reach = std::hypot(1.0 - target * score, smoothing);
    return {target * (1.0 + reach), 0.5 / reach};
  }

  // A change by 1 to the wrong side costs about as much.
  static double expected_curvature(double) { return 1.0; }

  /// All alike are best predicted as the label that most have.
  static RatingScale scale(const RatingDistribution& ratings, bool centred) {
    require_labels(ratings, std::string(kInfo.name));
    const double mean = score_target(ratings.range())(static_cast<float>(ratings.mean()));
    return scale_of(ratings, centred, mean >= 0.0 ? 1.0 : -1.0);
  }
};

/// max(0, 1 - target score)^2, which a little too small a margin costs little. The policy that
/// losses.hpp describes; Lee and Mangasarian, "SSVM: a smooth support vector machine for
/// classification", 2001.
struct SquaredHingeLoss : MarginScore {
  static constexpr LossInfo kInfo{.loss = Loss::kSquaredHinge,
                                  .name = "squared-hinge",
                                  .metric = "squared_hinge_loss",
                                  .metric_title = "squared hinge loss",
                                  .takes_labels = true};
  static constexpr double kStep = 0.5;
  static constexpr double kRateScale = 1.0;
  static constexpr float kMaxCurvature = 1.0f;

  template <class Real>
  [[gnu::always_inline]] static Real error(const Real& target, const Real& residual) {
    const Real lacking = positive_part(target * residual);
    return lacking * lacking;
  }
  template <class Real>
  [[gnu::always_inline]] static Real pull(const Real& target, const Real& residual) {
    return target * positive_part(target * residual);
  }

  static Majoriser majorise(double target, double score, double) {
    return {target * score < 1.0 ? target : score, 1.0};
  }

  static double expected_curvature(double) { return 1.0; }

  /// Of all alike, a share h of them higher, the least is at a score of 2 h - 1.
  static RatingScale scale(const RatingDistribution& ratings, bool centred) {
    require_labels(ratings, std::string(kInfo.name));
    return scale_of(ratings, centred,
                    score_target(ratings.range())(static_cast<float>(ratings.mean())));
  }
};

}  // namespace mfpar
