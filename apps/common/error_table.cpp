// SPDX-License-Identifier: MIT
#include "common/error_table.hpp"

#include <array>
#include <cmath>
#include <cstdio>

#include "common/text.hpp"

namespace mfpar::apps {

namespace {

std::string table_row(const std::array<std::string, 5>& cells) {
  char text[160];
  std::snprintf(text, sizeof text, "%-24s %12s %9s %9s %9s\n", cells[0].c_str(), cells[1].c_str(),
                cells[2].c_str(), cells[3].c_str(), cells[4].c_str());
  const std::string row = text;
  return row.substr(0, row.find_last_not_of(" \n") + 1) + '\n';
}

}  // namespace

Json error_json(const ErrorSummary& summary, const LossInfo& loss) {
  if (loss.predicts_probability) {
    return {{"count", summary.count},
            {"log_loss", summary.log_loss},
            {"accuracy", summary.accuracy},
            {"auc", summary.auc}};
  }
  Json json{{"count", summary.count},
            {"mse", summary.mse},
            {"rmse", summary.rmse()},
            {"mae", summary.mae}};
  if (!std::isnan(summary.interval_coverage)) {
    json["interval_coverage"] = summary.interval_coverage;
    json["mean_sd"] = summary.mean_sd;
  }
  if (!std::isnan(summary.log_loss)) json["log_loss"] = summary.log_loss;
  return json;
}

std::string error_head(const LossInfo& loss) {
  return table_row(loss.predicts_probability
                       ? std::array<std::string, 5>{"", "ratings", "log loss", "accuracy", "AUC"}
                       : std::array<std::string, 5>{"", "ratings", "MSE", "RMSE", "MAE"});
}

std::string error_row(const std::string& name, const ErrorSummary& summary, const LossInfo& loss) {
  const auto [a, b, c] = loss.predicts_probability
                             ? std::array{summary.log_loss, summary.accuracy, summary.auc}
                             : std::array{summary.mse, summary.rmse(), summary.mae};
  return table_row({name, with_commas(summary.count), fixed(a, 4), fixed(b, 4), fixed(c, 4)});
}

std::string error_row(const std::string& name, std::uint64_t count, double error,
                      const LossInfo& loss) {
  std::array<std::string, 5> cells{name, count == 0 ? "-" : with_commas(count), "", "", ""};
  cells[loss.loss == Loss::kAbsolute ? 4 : 2] = fixed(error, 4);
  if (loss.has_root) cells[3] = fixed(std::sqrt(error), 4);
  return table_row(cells);
}

}  // namespace mfpar::apps
