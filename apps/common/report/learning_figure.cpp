// SPDX-License-Identifier: MIT
#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "common/report/chart.hpp"
#include "common/report/markup.hpp"
#include "common/report/model_figures.hpp"
#include "common/report/prediction_figures.hpp"
#include "common/text.hpp"

namespace mfpar::apps {

namespace {

std::string_view option_of(const TrainingRecord& record, std::string_view name) {
  for (const auto& [key, value] : record.options) {
    if (key == name) return value;
  }
  return "";
}

/// Sweeps before the first sample; nothing of what was not sampled.
std::optional<int> burn_in_of(const TrainingRecord& record) {
  const std::string_view text = option_of(record, "burn-in");
  int sweeps = 0;
  if (text.empty()) return std::nullopt;
  std::from_chars(text.data(), text.data() + text.size(), sweeps);
  return sweeps;
}

/// What an epoch's report is drawn as.
struct CurveValue {
  bool ndcg = false;
  bool objective = false;
  ShownError shown;

  double operator()(const EpochReport& report) const {
    return ndcg ? report.valid_ndcg : objective ? report.objective : shown.of(report.valid_error);
  }
};

struct Curves {
  std::vector<std::vector<ChartPoint>> validated;  ///< of each training
  std::vector<ChartPoint> training;
  double average = EpochReport::kNotComputed;  ///< of several trainings
};

Curves curves_of(const TrainingRecord& record, const CurveValue& value, const std::string& title) {
  Curves curves;
  int most = 0;
  for (const EpochReport& report : record.history) most = std::max(most, report.training);
  curves.validated.resize(static_cast<std::size_t>(std::max(most, 1)));
  for (const EpochReport& report : record.history) {
    const double y = value(report), x = report.epoch;
    if (report.training < most && report.training == 0) {
      curves.average = y;
      continue;
    }
    const auto at = static_cast<std::size_t>(std::max(report.training, 1) - 1);
    curves.validated[at].push_back(
        {.x = x,
         .y = y,
         .words = "epoch " + std::to_string(report.epoch) + ": " + title + ' ' + significant(y)});
    if (most > 0 || value.ndcg || value.objective) continue;
    curves.training.push_back({.x = x, .y = value.shown.of(report.train_error)});
  }
  return curves;
}

ReportTable history_table(const TrainingRecord& record, const CurveValue& value, bool sampled,
                          bool is_one_class) {
  ReportTable table{{sampled ? "sweep" : "epoch"}, {}};
  const bool several =
      !record.history.empty() && std::ranges::any_of(record.history, [](const EpochReport& report) {
        return report.training > 0;
      });
  if (several) table.head.push_back("training");
  if (is_one_class) {
    table.head.push_back("NDCG");
  } else {
    table.head.insert(table.head.end(),
                      {"train " + value.shown.metric, "valid " + value.shown.metric});
    if (value.shown.has_root) table.head.push_back("valid " + value.shown.title);
  }
  if (!sampled) table.head.push_back("objective");
  for (const EpochReport& report : record.history) {
    std::vector<std::string> row{std::to_string(report.epoch)};
    if (several) row.push_back(report.training > 0 ? std::to_string(report.training) : "mean");
    if (is_one_class) {
      row.push_back(fixed(report.valid_ndcg, 5));
    } else {
      row.insert(row.end(), {fixed(report.train_error, 5), fixed(report.valid_error, 5)});
      if (value.shown.has_root) row.push_back(fixed(value.shown.of(report.valid_error), 5));
    }
    if (!sampled) row.push_back(fixed(report.objective, 1));
    table.rows.push_back(std::move(row));
  }
  return table;
}

/// What to see: `best` is of the chosen epoch.
std::string learning_caption(const TrainingRecord& record, const CurveValue& value,
                             const std::string& title, const EpochReport& best,
                             std::optional<int> burn_in, double average) {
  const std::string epoch = std::to_string(record.best_epoch);
  if (!std::isnan(average)) {
    return "Each line is a training from a seed of its own; the mean of their scores, which is "
           "saved, reaches " +
           title + ' ' + fixed(average, 4) + " on the ratings held out.";
  }
  if (burn_in) {
    return "Behind the burn-in of " + counted(static_cast<std::uint64_t>(*burn_in), "sweep") +
           " the error is that of the mean of all samples so far, which falls the more there are "
           "and then hardly changes: " +
           title + ' ' + fixed(value(best), 4) + " after sweep " + epoch + '.';
  }
  if (value.objective) {
    return "Nothing was held out that would tell when to stop: what is minimised falls for all " +
           counted(static_cast<std::uint64_t>(record.best_epoch), "epoch") + '.';
  }
  if (value.ndcg) {
    return "NDCG of the lists, over users with something held out, is highest after epoch " +
           epoch + ", at " + fixed(value(best), 4) + ", and was chosen there.";
  }
  if (std::isnan(best.valid_error)) {
    return "Nothing was held out that would tell when to stop: the error on the training ratings "
           "alone is seen, which says little of others.";
  }
  if (record.history.size() == 1) {
    return "On the ratings held out the error is " + fixed(value(best), 4) + " after epoch " +
           epoch + ", the only one that was evaluated.";
  }
  return "On the ratings held out the error is lowest after epoch " + epoch + ", at " +
         fixed(value(best), 4) +
         ", which was chosen; what the training error falls by after that is learnt by heart.";
}

}  // namespace

std::optional<Figure> learning_figure(const FactorModel& model, std::optional<double> baseline) {
  const TrainingRecord& record = model.parts().record;
  if (record.history.empty()) return std::nullopt;
  const bool is_one_class = model.feedback() == Feedback::kOneClass;
  const auto has = [&](double EpochReport::*number) {
    return std::ranges::any_of(
        record.history, [&](const EpochReport& report) { return !std::isnan(report.*number); });
  };
  const bool ndcg = is_one_class && has(&EpochReport::valid_ndcg);
  CurveValue value{.ndcg = ndcg,
                   .objective = !ndcg && !has(&EpochReport::valid_error) &&
                                !(!is_one_class && has(&EpochReport::train_error)),
                   .shown = ShownError(model.loss())};
  const std::optional<int> burn_in = burn_in_of(record);
  const std::string title = ndcg ? "NDCG" : value.objective ? "objective" : value.shown.title;
  const std::string unit = burn_in ? "sweep" : "epoch";
  const EpochReport best = record.best_report();
  const Curves curves = curves_of(record, value, title);

  Chart chart(unit, title);
  if (burn_in) {
    chart.include_x(0.0);
    chart.shade(0.0, *burn_in, "burn-in");
  }
  if (baseline && !ndcg && !value.objective && has(&EpochReport::valid_error)) {
    chart.mark_y(value.shown.of(*baseline), "biases alone");
  }
  const bool is_one = curves.validated.size() == 1;
  chart.line(burn_in ? "last sample" : "training", curves.training, Ink::kQuiet);
  for (std::size_t i = 0; i < curves.validated.size(); ++i) {
    const bool is_named = !value.objective && (is_one || i == 0);
    chart.line(!is_named ? ""
               : ndcg    ? "held out"
               : is_one  ? "held out"
                         : "one seed",
               curves.validated[i], is_one ? Ink::kFirst : ink_of(1));
  }
  if (!is_one) chart.mark_y(curves.average, "their mean", Ink::kFirst);
  if (is_one) {
    chart.mark_x(record.best_epoch, (burn_in ? "saved after sweep " : "chosen: epoch ") +
                                        std::to_string(record.best_epoch));
  }
  return Figure{.id = is_one_class ? "learning-one-class" : "learning",
                .title = title + " by " + unit,
                .caption = learning_caption(record, value, title, best, burn_in, curves.average),
                .svg = chart.svg(title + " by " + unit),
                .table = history_table(record, value, burn_in.has_value(), is_one_class)};
}

}  // namespace mfpar::apps
