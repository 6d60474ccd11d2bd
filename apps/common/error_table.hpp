// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/json.hpp"
#include "mfpar/evaluate.hpp"

namespace mfpar::apps {

// Errors of predictions as mf-eval and mf-fold-in report them: those of a model's loss.

/// {"count", "mse", "rmse", "mae"}, and "log_loss" where values of ratings have probabilities; or
/// {"count", "log_loss", "accuracy", "auc"} for labels, with the metric of the loss in the place of
/// "log_loss"; of other losses of ratings than squared and absolute errors their metric beside.
Json error_json(const ErrorSummary& summary, const LossInfo& loss);

/// The names of the columns.
/// What stands over the errors of a table, and the errors.
std::vector<std::string> error_heads(const LossInfo& loss);
std::vector<std::string> error_cells(const ErrorSummary& summary, const LossInfo& loss);

std::string error_head(const LossInfo& loss);

/// A line of the table.
std::string error_row(const std::string& name, const ErrorSummary& summary, const LossInfo& loss);

/// The same where the mean loss alone is known, and maybe not of how many ratings (0: "-").
std::string error_row(const std::string& name, std::uint64_t count, double error,
                      const LossInfo& loss);

}  // namespace mfpar::apps
