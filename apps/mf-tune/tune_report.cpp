// SPDX-License-Identifier: MIT
#include "mf-tune/tune_report.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "common/text.hpp"
#include "mf-tune/option_file.hpp"

namespace mfpar::apps {

namespace {

using Row = std::vector<std::string>;

/// The columns as wide as they must be, words to the left, numbers to the right.
std::string laid_out(const std::vector<Row>& rows, std::size_t left_columns) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - row[i].size(), ' ');
      if (i > 0) line += "  ";
      line += i < left_columns ? row[i] + padding : padding + row[i];
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  return text;
}

std::string metric_title(const TrainOptions& options) {
  return options.feedback == Feedback::kOneClass
             ? "NDCG@" + std::to_string(options.one_class.valid_top)
             : std::string(describe_loss(options.loss).metric_title);
}

bool has_root(const TrainOptions& options) {
  return options.feedback == Feedback::kRatings && describe_loss(options.loss).has_root;
}

/// All trials, the best first.
std::vector<const TuneTrial*> by_figure(const TuneResult& result) {
  std::vector<const TuneTrial*> order;
  for (const TuneTrial& trial : result.trials) order.push_back(&trial);
  std::ranges::stable_sort(order, [](const TuneTrial* a, const TuneTrial* b) {
    return is_better(a->options.feedback, a->valid, b->valid);
  });
  return order;
}

/// The method, and what is searched of any.
std::vector<std::string> columns_of(const std::vector<const TuneTrial*>& trials) {
  std::vector<std::string> columns{"method"};
  for (const TuneTrial* const trial : trials) {
    for (const std::string& name : tuned_options(trial->options.method)) {
      if (std::ranges::find(columns, name) == columns.end()) columns.push_back(name);
    }
  }
  return columns;
}

Row trial_row(const TuneTrial& trial, const std::vector<std::string>& columns) {
  Row row{std::to_string(trial.number), fixed(trial.valid, 5), std::to_string(trial.best_epoch),
          fixed(trial.seconds, 2), name_of(trial.end)};
  for (const std::string& name : columns) {
    const std::string value = value_of(trial.options, name);
    row.push_back(value.empty() ? "-" : value);
  }
  return row;
}

}  // namespace

std::string metric_of(const TrainOptions& options) {
  return options.feedback == Feedback::kOneClass ? "ndcg"
                                                 : std::string(describe_loss(options.loss).metric);
}

std::string figure_text(const TrainOptions& options, double figure) {
  return metric_title(options) + ' ' + fixed(figure, 5);
}

std::string tune_table(const TuneCommand& command, const TuneResult& result) {
  const TrainOptions& options = command.train.train;
  const std::string title = metric_title(options);
  constexpr std::size_t kShown = 10;
  std::vector<const TuneTrial*> shown = by_figure(result);
  shown.resize(std::min(kShown, shown.size()));
  const auto is_first = [](const TuneTrial* trial) { return trial->number == 0; };
  if (std::ranges::none_of(shown, is_first) && !result.trials.empty()) {
    shown.push_back(&result.trials.front());
  }
  const std::vector<std::string> columns = columns_of(shown);
  std::vector<Row> rows{{"trial", "valid " + title, "epoch", "seconds", "ended"}};
  rows[0].insert(rows[0].end(), columns.begin(), columns.end());
  for (const TuneTrial* const trial : shown) rows.push_back(trial_row(*trial, columns));
  std::string text = laid_out(rows, 0) + "trial 0 has the options as given; " +
                     counted(result.trials.size(), "trial") + " in all\n";
  if (std::isnan(result.test)) return text;

  std::vector<Row> test{{"test ratings", title}};
  if (has_root(options)) test[0].push_back('R' + title);
  const auto add = [&](const std::string& name, double figure) {
    test.push_back({name, fixed(figure, 5)});
    if (has_root(options)) test.back().push_back(fixed(std::sqrt(figure), 5));
  };
  add("trial " + std::to_string(*result.best), result.test);
  if (*result.best != 0) add("trial 0", result.start_test);
  return text + '\n' + laid_out(test, 1) +
         (result.refitted ? "learnt from all but the test ratings\n"
                          : "learnt from all but the validation and the test ratings\n");
}

Json trial_json(const TuneTrial& trial) {
  Json options = Json::object();
  for (const auto& [name, value] : describe_options(trial.options)) options[name] = value;
  return Json{{"trial", trial.number},
              {"method", value_of(trial.options, "method")},
              {"valid_" + metric_of(trial.options), trial.valid},
              {"best_epoch", trial.best_epoch},
              {"epochs", trial.epochs},
              {"seconds", trial.seconds},
              {"ended", name_of(trial.end)},
              {"options", options}};
}

Json tune_json(const TuneCommand& command, const TuneResult& result) {
  const std::string metric = metric_of(command.train.train);
  Json trials = Json::array();
  for (const TuneTrial* const trial : by_figure(result)) trials.push_back(trial_json(*trial));
  Json json{{"metric", metric}, {"best", nullptr}};
  if (result.best) json["best"] = *result.best;
  json["refitted"] = result.refitted;
  json["test_" + metric] = result.test;
  json["start_test_" + metric] = result.start_test;
  json["interrupted"] = result.requested;
  json["trials"] = std::move(trials);
  return json;
}

}  // namespace mfpar::apps
