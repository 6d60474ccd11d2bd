// SPDX-License-Identifier: MIT
#include "mf-eval/eval_report.hpp"

#include <cmath>

#include "common/error_table.hpp"
#include "common/text.hpp"

namespace mfpar::apps {

namespace {

double coverage(const Evaluation& e) {
  return e.all.count == 0 ? EpochReport::kNotComputed
                          : static_cast<double>(e.known.count) / static_cast<double>(e.all.count);
}

/// Of a model that knows how uncertain it is.
std::string interval_line(const ErrorSummary& all) {
  if (std::isnan(all.interval_coverage)) return "";
  return "within 90 % intervals: " + fixed(100.0 * all.interval_coverage, 2) +
         " % of the ratings, standard deviation " + fixed(all.mean_sd, 3) + " on average\n";
}

/// Of a model that knows the probability of each value.
std::string values_row(const Evaluation& e, const LossInfo& loss) {
  if (loss.takes_labels || std::isnan(e.all.log_loss)) return "";
  return "log loss of the values: " + fixed(e.all.log_loss, 4) + '\n';
}

}  // namespace

std::string evaluation_json(const Evaluation& e, Loss of) {
  const LossInfo& loss = describe_loss(of);
  const std::string metric(loss.metric);
  Json json = error_json(e.all, loss);
  json["known"] = error_json(e.known, loss);
  json["cold_user"] = error_json(e.cold_user, loss);
  json["cold_item"] = error_json(e.cold_item, loss);
  json["cold_both"] = error_json(e.cold_both, loss);
  json["coverage"] = coverage(e);
  json["trained_on"] = e.trained_on;
  json["is_training_set"] = e.is_training_set;
  json["baseline_mean_" + metric] = e.baseline_mean_error;
  json["baseline_bias_" + metric] = e.baseline_bias_error;
  return text_of(json) + '\n';
}

std::string evaluation_table(const Evaluation& e, Loss of) {
  const LossInfo& loss = describe_loss(of);
  return error_head(loss) + error_row("all", e.all, loss) +
         error_row("  user and item known", e.known, loss) +
         error_row("  new user", e.cold_user, loss) + error_row("  new item", e.cold_item, loss) +
         error_row("  both new", e.cold_both, loss) +
         error_row("baseline: biases", e.all.count, e.baseline_bias_error, loss) +
         error_row("baseline: mean", e.all.count, e.baseline_mean_error, loss) +
         "\nuser and item known: " + fixed(100.0 * coverage(e), 2) + " % of the ratings\n" +
         interval_line(e.all) + "trained on: " + with_commas(e.trained_on) + " of the ratings\n" +
         values_row(e, loss);
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
