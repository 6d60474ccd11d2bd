// SPDX-License-Identifier: MIT
#include "mf-eval/eval_report.hpp"

#include <array>
#include <cmath>
#include <cstdio>

#include "common/json.hpp"
#include "common/text.hpp"

namespace mfpar::apps {

namespace {

double coverage(const Evaluation& e) {
  return e.all.count == 0 ? EpochReport::kNotComputed
                          : static_cast<double>(e.known.count) / static_cast<double>(e.all.count);
}

Json json_of(const ErrorSummary& summary, const LossInfo& loss) {
  if (loss.predicts_probability) {
    return {{"count", summary.count},
            {"log_loss", summary.log_loss},
            {"accuracy", summary.accuracy},
            {"auc", summary.auc}};
  }
  return {{"count", summary.count},
          {"mse", summary.mse},
          {"rmse", summary.rmse()},
          {"mae", summary.mae}};
}

std::string table_row(const std::array<std::string, 5>& cells) {
  char text[160];
  std::snprintf(text, sizeof text, "%-24s %12s %9s %9s %9s\n", cells[0].c_str(), cells[1].c_str(),
                cells[2].c_str(), cells[3].c_str(), cells[4].c_str());
  const std::string row = text;
  return row.substr(0, row.find_last_not_of(" \n") + 1) + '\n';
}

std::string table_row(const std::string& name, const ErrorSummary& summary, const LossInfo& loss) {
  const auto [a, b, c] = loss.predicts_probability
                             ? std::array{summary.log_loss, summary.accuracy, summary.auc}
                             : std::array{summary.mse, summary.rmse(), summary.mae};
  return table_row({name, with_commas(summary.count), fixed(a, 4), fixed(b, 4), fixed(c, 4)});
}

/// A simpler predictor, of which the mean loss is known only.
std::string baseline_row(const std::string& name, std::uint64_t count, double error,
                         const LossInfo& loss) {
  std::array<std::string, 5> cells{name, with_commas(count), "", "", ""};
  cells[loss.loss == Loss::kAbsolute ? 4 : 2] = fixed(error, 4);
  if (loss.has_root) cells[3] = fixed(std::sqrt(error), 4);
  return table_row(cells);
}

}  // namespace

std::string evaluation_json(const Evaluation& e, Loss of) {
  const LossInfo& loss = describe_loss(of);
  const std::string metric(loss.metric);
  Json json = json_of(e.all, loss);
  json["known"] = json_of(e.known, loss);
  json["cold_user"] = json_of(e.cold_user, loss);
  json["cold_item"] = json_of(e.cold_item, loss);
  json["cold_both"] = json_of(e.cold_both, loss);
  json["coverage"] = coverage(e);
  json["trained_on"] = e.trained_on;
  json["is_training_set"] = e.is_training_set;
  json["baseline_mean_" + metric] = e.baseline_mean_error;
  json["baseline_bias_" + metric] = e.baseline_bias_error;
  return text_of(json) + '\n';
}

std::string evaluation_table(const Evaluation& e, Loss of) {
  const LossInfo& loss = describe_loss(of);
  const std::array<std::string, 5> head =
      loss.predicts_probability
          ? std::array<std::string, 5>{"", "ratings", "log loss", "accuracy", "AUC"}
          : std::array<std::string, 5>{"", "ratings", "MSE", "RMSE", "MAE"};
  return table_row(head) + table_row("all", e.all, loss) +
         table_row("  user and item known", e.known, loss) +
         table_row("  new user", e.cold_user, loss) + table_row("  new item", e.cold_item, loss) +
         table_row("  both new", e.cold_both, loss) +
         baseline_row("baseline: biases", e.all.count, e.baseline_bias_error, loss) +
         baseline_row("baseline: mean", e.all.count, e.baseline_mean_error, loss) +
         "\nuser and item known: " + fixed(100.0 * coverage(e), 2) +
         " % of the ratings\ntrained on: " + with_commas(e.trained_on) + " of the ratings\n";
}

std::string evaluation_warning(const Evaluation& e) {
  if (e.is_training_set) {
    return "these ratings are the set that the model was trained on; the errors say nothing about "
           "new ratings";
  }
  if (e.known.count == 0) {
    return "the model knows the user and the item of none of these ratings; are the ids of the "
           "same "
           "data?";
  }
  if (e.trained_on == 0) return "";
  return "the model was trained on " + with_commas(e.trained_on) + " of these " +
         with_commas(e.all.count) + " ratings; on new ratings the errors will be larger";
}

}  // namespace mfpar::apps
