// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "mfpar/evaluate.hpp"

namespace mfpar::apps {

/// One JSON object on a line, for a model of this loss: count, mse, rmse and mae of all ratings, or
/// count, log_loss, accuracy and auc of all labels; the same as objects known,
/// cold_user, cold_item and cold_both; coverage (the share of ratings with user and item known),
/// trained_on, is_training_set, and baseline_mean_ and baseline_bias_ with the loss's metric behind
/// (baseline_mean_mse).
std::string evaluation_json(const Evaluation& evaluation, Loss loss);

/// The same as a table to read.
std::string evaluation_table(const Evaluation& evaluation, Loss loss);

/// What to warn of, when the model was trained on some of the ratings or knows none of them, or "".
std::string evaluation_warning(const Evaluation& evaluation);

}  // namespace mfpar::apps
