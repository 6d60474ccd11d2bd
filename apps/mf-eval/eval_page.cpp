// SPDX-License-Identifier: MIT
#include "mf-eval/eval_page.hpp"

#include <cmath>
#include <vector>

#include "common/error_table.hpp"
#include "common/report/grouped_errors.hpp"
#include "common/report/markup.hpp"
#include "common/report/model_figures.hpp"
#include "common/report/prediction_figures.hpp"
#include "common/text.hpp"
#include "mf-eval/eval_report.hpp"

namespace mfpar::apps {

namespace {

/// The table that is printed, with what else is known of each group.
ReportTable error_page_table(const Evaluation& e, const LossInfo& loss) {
  ReportTable table{{"", "ratings"}, {}};
  const std::vector<std::string> names = error_heads(loss);
  table.head.insert(table.head.end(), names.begin(), names.end());
  const bool intervals = !std::isnan(e.all.interval_coverage);
  const bool values = !loss.takes_labels && !std::isnan(e.all.log_loss);
  if (intervals) table.head.push_back("within 90 %");
  if (values) table.head.push_back("log loss of values");
  const auto add = [&](const std::string& name, const ErrorSummary& summary) {
    std::vector<std::string> row{name, with_commas(summary.count)};
    const std::vector<std::string> errors = error_cells(summary, loss);
    row.insert(row.end(), errors.begin(), errors.end());
    if (intervals) row.push_back(percent(summary.interval_coverage, 2));
    if (values) row.push_back(fixed(summary.log_loss, 4));
    table.rows.push_back(std::move(row));
  };
  add("all", e.all);
  add("user and item known", e.known);
  add("new user", e.cold_user);
  add("new item", e.cold_item);
  add("both new", e.cold_both);
  return table;
}

}  // namespace

Page evaluation_page(const std::string& path, const FactorModel& model, const std::string& source,
                     const RatingTable& ratings, const Evaluation& evaluation) {
  const std::string what = "the " + counted(ratings.size(), "rating") + " of " + source;
  Page page(path, "Its predictions of " + what);
  const ShownError shown(model.loss());
  const double error = shown.of(evaluation.all.mean_loss);
  const double biases = shown.of(evaluation.baseline_bias_error);
  page.key_figure(fixed(error, 4), shown.title);
  if (!std::isnan(biases)) add_gain(page, error, biases);
  page.key_figure(with_commas(evaluation.all.count), "ratings predicted");
  page.key_figure(percent(static_cast<double>(evaluation.known.count) /
                          static_cast<double>(evaluation.all.count)),
                  "of them with user and item known");
  if (!std::isnan(evaluation.all.interval_coverage)) {
    page.key_figure(percent(evaluation.all.interval_coverage), "within 90 % intervals");
  }

  const GroupedErrors errors = grouped_errors(model, ratings);
  page.section("Errors", evaluation_warning(evaluation));
  page.add_table("errors", error_page_table(evaluation, describe_loss(model.loss())));
  add_prediction_figures(page, model, errors, "these ratings");
  page.section("The model", "How training went, by what was held out then.");
  if (const auto figure = learning_figure(model)) page.add(*figure);
  add_model_figures(page, model);
  page.section("Data and options");
  page.add(values_figure(errors.bins, errors.value_counts(), what));
  if (const ReportTable trained = trained_on_table(model); !trained.rows.empty()) {
    page.add_table("data", trained);
  }
  add_options(page, model);
  return page;
}

}  // namespace mfpar::apps
