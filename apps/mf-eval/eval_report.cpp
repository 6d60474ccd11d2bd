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

Json json_of(const ErrorSummary& summary) {
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

std::string table_row(const std::string& name, const ErrorSummary& summary) {
  return table_row({name, with_commas(summary.count), fixed(summary.mse, 4),
                    fixed(summary.rmse(), 4), fixed(summary.mae, 4)});
}

std::string table_row(const std::string& name, std::uint64_t count, double mse) {
  return table_row({name, with_commas(count), fixed(mse, 4), fixed(std::sqrt(mse), 4), ""});
}

}  // namespace

std::string evaluation_json(const Evaluation& e) {
  Json json = json_of(e.all);
  json["known"] = json_of(e.known);
  json["cold_user"] = json_of(e.cold_user);
  json["cold_item"] = json_of(e.cold_item);
  json["cold_both"] = json_of(e.cold_both);
  json["coverage"] = coverage(e);
  json["trained_on"] = e.trained_on;
  json["is_training_set"] = e.is_training_set;
  json["baseline_mean_mse"] = e.baseline_mean_mse;
  json["baseline_bias_mse"] = e.baseline_bias_mse;
  return text_of(json) + '\n';
}

std::string evaluation_table(const Evaluation& e) {
  return table_row({"", "ratings", "MSE", "RMSE", "MAE"}) + table_row("all", e.all) +
         table_row("  user and item known", e.known) + table_row("  new user", e.cold_user) +
         table_row("  new item", e.cold_item) + table_row("  both new", e.cold_both) +
         table_row("baseline: biases", e.all.count, e.baseline_bias_mse) +
         table_row("baseline: mean", e.all.count, e.baseline_mean_mse) +
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
