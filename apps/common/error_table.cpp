// SPDX-License-Identifier: MIT
#include "common/error_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "common/text.hpp"

namespace mfpar::apps {

namespace {

/// Whether a model of ratings is told by another error than those that all are.
bool has_own_metric(const LossInfo& loss) {
  return !loss.takes_labels && loss.loss != Loss::kSquared && loss.loss != Loss::kAbsolute;
}

/// A name, a count and errors under their heads.
std::string table_row(const std::string& name, const std::string& count,
                      const std::vector<std::string>& cells, const LossInfo& loss) {
  const auto heads = error_heads(loss);
  char text[64];
  std::snprintf(text, sizeof text, "%-24s %12s", name.c_str(), count.c_str());
  std::string row = text;
  for (std::size_t k = 0; k < cells.size(); ++k) {
    const auto width = std::max<std::size_t>(9, heads[k].size());
    row += std::string(1 + width - std::min(width, cells[k].size()), ' ') + cells[k];
  }
  return row.substr(0, row.find_last_not_of(' ') + 1) + '\n';
}

}  // namespace

Json error_json(const ErrorSummary& summary, const LossInfo& loss) {
  const std::string metric(loss.metric);
  if (loss.takes_labels) {
    return {{"count", summary.count},
            {metric, summary.mean_loss},
            {"accuracy", summary.accuracy},
            {"auc", summary.auc}};
  }
  Json json{{"count", summary.count},
            {"mse", summary.mse},
            {"rmse", summary.rmse()},
            {"mae", summary.mae}};
  if (has_own_metric(loss)) json[metric] = summary.mean_loss;
  if (!std::isnan(summary.interval_coverage)) {
    json["interval_coverage"] = summary.interval_coverage;
    json["mean_sd"] = summary.mean_sd;
  }
  if (!std::isnan(summary.log_loss)) json["log_loss"] = summary.log_loss;
  return json;
}

std::vector<std::string> error_heads(const LossInfo& loss) {
  const std::string metric(loss.metric_title);
  if (loss.takes_labels) return {metric, "accuracy", "AUC"};
  std::vector<std::string> heads{"MSE", "RMSE", "MAE"};
  if (has_own_metric(loss)) heads.insert(heads.begin(), metric);
  return heads;
}

std::vector<std::string> error_cells(const ErrorSummary& summary, const LossInfo& loss) {
  std::vector<double> errors{summary.mse, summary.rmse(), summary.mae};
  if (loss.takes_labels) errors = {summary.mean_loss, summary.accuracy, summary.auc};
  if (has_own_metric(loss)) errors.insert(errors.begin(), summary.mean_loss);
  std::vector<std::string> cells;
  cells.reserve(errors.size());
  for (const double error : errors) cells.push_back(fixed(error, 4));
  return cells;
}

std::string error_head(const LossInfo& loss) {
  return table_row("", "ratings", error_heads(loss), loss);
}

std::string error_row(const std::string& name, const ErrorSummary& summary, const LossInfo& loss) {
  return table_row(name, with_commas(summary.count), error_cells(summary, loss), loss);
}

std::string error_row(const std::string& name, std::uint64_t count, double error,
                      const LossInfo& loss) {
  std::vector<std::string> cells(error_heads(loss).size());
  cells[loss.loss == Loss::kAbsolute ? 2 : 0] = fixed(error, 4);
  if (loss.has_root) cells[1] = fixed(std::sqrt(error), 4);
  return table_row(name, count == 0 ? "-" : with_commas(count), cells, loss);
}

}  // namespace mfpar::apps
