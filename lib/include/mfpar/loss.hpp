// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mfpar/export.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// What a prediction costs that misses. With r a rating and s the score mu + b_u + b_i + p_u . q_i:
///
///   squared    (r - s)^2, for ratings: the score is the mean rating to expect
///   absolute   |r - s|, for ratings with outliers: the score is their median
///   logistic   -log(probability of r), for data of two values, 0 and 1 or -1 and 1: the score is
///              the log-odds of the higher value
///   huber      (r - s)^2 / 2 up to |r - s| = delta, delta (|r - s| - delta / 2) beyond: nearly as
///              accurate as squares where these fit, and outliers pull with no more than delta
///   poisson    r log(r / s) - r + s, for counts: the score is the mean count to expect. Scores are
///              p_u . q_i alone, of factors that are not negative
///   hinge      max(0, 1 - r s), of labels as for logistic, r = -1 or 1: the sign of the score, a
///              margin, is the label
///   squared-hinge
///              max(0, 1 - r s)^2, of the same
///
/// Ratings are standardised for training, counts divided by their mean; predictions are scores
/// clipped to the range of the ratings. Of labels predictions are probabilities of the higher value
/// under the logistic loss, and margins under the others.
enum class Loss { kSquared, kAbsolute, kLogistic, kHuber, kPoisson, kHinge, kSquaredHinge };

/// A loss, and delta of Huber's, in the units of ratings.
struct LossChoice {
  Loss loss = Loss::kSquared;
  float delta = 1.0f;

  LossChoice() = default;
  LossChoice(Loss of, float with = 1.0f) : loss(of), delta(with) {}
  bool operator==(const LossChoice&) const = default;
};

/// How a loss is called, and what is reported of it.
struct LossInfo {
  Loss loss = Loss::kSquared;
  std::string_view name;  ///< on command lines and in files: "squared"
  std::string_view
      metric;  ///< the mean loss of a rating, in keys of JSON: "mse", "mae", "log_loss"
  std::string_view metric_title;      ///< the same to read: "MSE", "MAE", "log loss"
  bool takes_labels = false;          ///< ratings of two values: 0 and 1, or -1 and 1
  bool predicts_probability = false;  ///< not a rating, nor a margin
  bool needs_nonnegative = false;     ///< scores are p.q alone, of factors that are not negative
  bool has_root = false;              ///< the metric's root is in the units of ratings: RMSE
};

/// All losses.
MFPAR_API std::span<const LossInfo> losses() noexcept;

MFPAR_API const LossInfo& describe_loss(Loss loss) noexcept;

/// The loss of this name, after which huber may have a delta, "huber:0.5"; none where there is
/// none, or delta is no finite number above 0.
MFPAR_API std::optional<LossChoice> find_loss(std::string_view name) noexcept;

/// The name that find_loss() finds; "huber" alone where delta is 1.
MFPAR_API std::string name_of_loss(LossChoice choice);

/// What a score predicts: itself, clipped to `range`, a margin or a probability.
MFPAR_API float predict_from_score(Loss loss, float score, RatingRange range) noexcept;

/// What it costs to have the score `score`, clipped as predictions are, for `rating`, by a model
/// trained on ratings in `range`: the mean of this is the metric. REQUIRES: of a loss of labels,
/// one of the range's ends.
MFPAR_API double loss_of_rating(LossChoice choice, float rating, float score,
                                RatingRange range) noexcept;

}  // namespace mfpar
