// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>
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
///
/// Under the first two, ratings are standardised for training and predictions are scores clipped to
/// the range of the ratings; under the last, predictions are probabilities of the higher value.
enum class Loss { kSquared, kAbsolute, kLogistic };

/// How a loss is called, and what is reported of it.
struct LossInfo {
  Loss loss = Loss::kSquared;
  std::string_view name;  ///< on command lines and in files: "squared"
  std::string_view
      metric;  ///< the mean loss of a rating, in keys of JSON: "mse", "mae", "log_loss"
  std::string_view metric_title;      ///< the same to read: "MSE", "MAE", "log loss"
  bool predicts_probability = false;  ///< not a rating
  bool has_root = false;              ///< the metric's root is in the units of ratings: RMSE
};

/// All losses.
MFPAR_API std::span<const LossInfo> losses() noexcept;

MFPAR_API const LossInfo& describe_loss(Loss loss) noexcept;

/// The loss of this name; none where there is none.
MFPAR_API std::optional<Loss> find_loss(std::string_view name) noexcept;

/// What a score predicts: itself, clipped to `range`, or a probability.
MFPAR_API float predict_from_score(Loss loss, float score, RatingRange range) noexcept;

}  // namespace mfpar
