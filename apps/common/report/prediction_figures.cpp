// SPDX-License-Identifier: MIT
#include "common/report/prediction_figures.hpp"

#include <algorithm>
#include <cmath>

#include "common/report/chart.hpp"
#include "common/report/markup.hpp"
#include "common/text.hpp"
#include "mfpar/loss.hpp"

namespace mfpar::apps {

namespace {

constexpr double kNormal975 = 1.96;

/// Ratings of a point that is drawn, at least: fewer than the largest of so few groups has.
std::uint64_t least_shown(const GroupedErrors& errors) {
  constexpr std::uint64_t kMost = 30, kPart = 300;
  return std::clamp<std::uint64_t>(errors.all.model.count / kPart, 1, kMost);
}

/// "8.2 % below", "0.3 % above"
std::string beside(double error, double other) {
  const double change = error / other - 1.0;
  return percent(std::abs(change)) + (change < 0.0 ? " below" : " above");
}

std::vector<std::string> error_cells(const ShownError& shown, const RunningMean& losses) {
  std::vector<std::string> cells{fixed(losses.mean(), 4)};
  if (shown.has_root) cells.push_back(fixed(shown.of(losses.mean()), 4));
  return cells;
}

std::vector<std::string> error_names(const ShownError& shown) {
  std::vector<std::string> names{shown.metric};
  if (shown.has_root) names.push_back(shown.title);
  return names;
}

template <class... Parts>
std::vector<std::string> joined_cells(std::vector<std::string> cells, const Parts&... more) {
  (cells.insert(cells.end(), more.begin(), more.end()), ...);
  return cells;
}

Figure baseline_figure(const GroupedErrors& errors, const ShownError& shown,
                       const std::string& ratings) {
  const double error = shown.of(errors.all.model.mean());
  Figure figure{.id = "baselines",
                .title = "Against simpler predictors",
                .caption = {},
                .svg = {},
                .table = {joined_cells({"predictor", "ratings"}, error_names(shown)), {}}};
  std::vector<NamedBar> bars;
  const auto add = [&](const std::string& name, const RunningMean& losses, Ink ink) {
    const double value = shown.of(losses.mean());
    bars.push_back({.name = name, .value = value, .text = fixed(value, 4), .ink = ink});
    figure.table.rows.push_back(
        joined_cells({name, with_commas(losses.count)}, error_cells(shown, losses)));
  };
  add("this model", errors.all.model, Ink::kFirst);
  const std::string what = "The " + shown.title + " on " + ratings + " is " + fixed(error, 4);
  if (errors.has_baseline) {
    const double biases = shown.of(errors.all.biases.mean());
    add("mean and biases, without factors", errors.all.biases, Ink::kQuiet);
    add("the mean alone", errors.mean_alone, Ink::kQuiet);
    figure.caption =
        what + ", " + beside(error, biases) + " that of biases alone: " +
        (error < biases ? "so much was learnt about taste." : "nothing was learnt about taste.");
  } else {
    figure.caption = what + "; the model says of no simpler predictor what it would reach.";
  }
  figure.svg = bars_svg(bars, figure.title);
  return figure;
}

std::vector<ChartPoint> points_by_count(const GroupedErrors::ByCount& groups, std::size_t first,
                                        std::uint64_t least, const ShownError& shown) {
  std::vector<ChartPoint> points;
  for (std::size_t group = first; group < groups.size(); ++group) {
    const RunningMean& losses = groups[group].model;
    if (losses.count < least) continue;
    const double mean = losses.mean(), off = kNormal975 * losses.standard_error();
    points.push_back({.x = static_cast<double>(group - first),
                      .y = shown.of(mean),
                      .low = shown.of(std::max(0.0, mean - off)),
                      .high = shown.of(mean + off),
                      .words = shown.title + ' ' + fixed(shown.of(mean), 4) + " on " +
                               counted(losses.count, "rating")});
  }
  return points;
}

std::string count_range(std::size_t group) {
  const std::uint64_t least = GroupedErrors::least_count(group);
  return with_commas(least) +
         (least > 1 ? " to " + with_commas(GroupedErrors::least_count(group + 1) - 1) : "");
}

Figure count_figure(const GroupedErrors& errors, const ShownError& shown) {
  std::size_t first = errors.by_user.size(), last = 0;
  for (std::size_t group = 0; group < errors.by_user.size(); ++group) {
    if (errors.by_user[group].model.count + errors.by_item[group].model.count == 0) continue;
    first = std::min(first, group);
    last = group;
  }
  Figure figure{
      .id = "error-by-count",
      .title = "Error by how much is known",
      .caption = {},
      .svg = {},
      .table = {joined_cells({"trained on", "ratings, by user"}, error_names(shown)), {}}};
  figure.table.head.push_back("ratings, by item");
  figure.table.head = joined_cells(figure.table.head, error_names(shown));
  std::vector<std::string> names;
  for (std::size_t group = first; group <= last; ++group) {
    names.push_back(with_commas(GroupedErrors::least_count(group)));
    const RunningMean &users = errors.by_user[group].model, &items = errors.by_item[group].model;
    figure.table.rows.push_back(
        joined_cells({count_range(group), with_commas(users.count)}, error_cells(shown, users),
                     std::vector{with_commas(items.count)}, error_cells(shown, items)));
  }
  Chart chart("ratings trained on, at least", shown.title);
  chart.name_positions(names);
  const auto users = points_by_count(errors.by_user, first, least_shown(errors), shown);
  const auto items = points_by_count(errors.by_item, first, least_shown(errors), shown);
  chart.line("of the item", items, Ink::kSecond);
  chart.line("of the user", users, Ink::kFirst);
  const auto ends = [](const std::vector<ChartPoint>& points) {
    return fixed(points.front().y, 2) + " to " + fixed(points.back().y, 2);
  };
  figure.caption = "From the least rated to the most rated the error goes from " + ends(items) +
                   " by item and from " + ends(users) +
                   " by user: where it is high on the left, more ratings would help.";
  figure.svg = chart.svg(figure.title);
  return figure;
}

Figure calibration_figure(const GroupedErrors& errors) {
  Figure figure{.id = "calibration",
                .title = "Predicted against actual",
                .caption = {},
                .svg = {},
                .table = {{"predicted, mean", "ratings", "actual, mean", "difference"}, {}}};
  using Numbers = Chart::Numbers;
  const Numbers numbers = errors.labels ? Numbers::kShares : Numbers::kPlain;
  Chart chart(errors.labels ? "predicted probability of the higher label" : "predicted rating",
              errors.labels ? "actual share" : "actual rating, mean", numbers, numbers);
  std::vector<ChartPoint> points;
  double off = 0.0;
  for (const auto& bin : errors.calibration) {
    if (bin.rating.count == 0) continue;
    const double predicted = bin.prediction.mean(), actual = bin.rating.mean();
    off += std::abs(actual - predicted) * static_cast<double>(bin.rating.count);
    figure.table.rows.push_back({fixed(predicted, 3), with_commas(bin.rating.count),
                                 fixed(actual, 3), fixed(actual - predicted, 3)});
    if (bin.rating.count < least_shown(errors)) continue;
    const double chance = kNormal975 * bin.rating.standard_error();
    points.push_back({.x = predicted,
                      .y = actual,
                      .low = actual - chance,
                      .high = actual + chance,
                      .words = "predicted " + fixed(predicted, 2) + ", actual " + fixed(actual, 2) +
                               ", " + counted(bin.rating.count, "rating")});
  }
  off /= static_cast<double>(std::max<std::uint64_t>(1, errors.all.model.count));
  chart.dots("", points, Ink::kFirst);
  chart.mark_equal("as predicted");
  figure.caption =
      (errors.labels ? "Of labels predicted alike, the share that is the higher one"
                     : "Ratings predicted alike, in their mean") +
      std::string(" differs from the prediction by ") + fixed(off, 3) +
      " on average; points off the line by more than their whiskers are predicted too high "
      "(below it) or too low.";
  figure.svg = chart.svg(figure.title);
  return figure;
}

Figure value_figure(const GroupedErrors& errors) {
  const std::string of = errors.labels ? "prediction" : "residual";
  const std::string of_labels = errors.margins ? "margins" : "probabilities";
  Figure figure{.id = "residuals",
                .title = errors.labels ? "Predictions by label" : "Residuals by rating",
                .caption = errors.labels
                               ? "Each bar holds the middle half of the " + of_labels +
                                     " predicted "
                                     "for a label, its line nine tenths: the less the two overlap, "
                                     "the better labels are told apart."
                               : "Each bar holds the middle half of rating less prediction, its "
                                 "line nine tenths: predictions keep nearer to the mean than "
                                 "ratings, so low ratings lie below zero and high ones above.",
                .svg = {},
                .table = {{errors.labels ? "label" : "rating", "ratings", "prediction, mean",
                           of + ": 5 %", "25 %", "median", "75 %", "95 %"},
                          {}}};
  Chart chart(errors.labels ? "label" : "actual rating",
              errors.margins  ? "margin"
              : errors.labels ? "predicted probability"
                              : "rating less prediction",
              Chart::Numbers::kPlain,
              errors.labels && !errors.margins ? Chart::Numbers::kShares : Chart::Numbers::kPlain);
  std::vector<ChartBox> boxes;
  std::vector<std::string> names;
  for (std::size_t bin = 0; bin < errors.by_value.size(); ++bin) {
    const auto& value = errors.by_value[bin];
    const std::string name = errors.bins.name(bin);
    names.push_back(errors.bins.are_values() ? name : significant(errors.bins.middle(bin), 3));
    std::vector<std::string> row{name, with_commas(value.spread.count()),
                                 fixed(value.prediction.mean(), 3)};
    double at[5];
    constexpr double kShares[] = {0.05, 0.25, 0.5, 0.75, 0.95};
    for (std::size_t i = 0; i < std::size(kShares); ++i) {
      at[i] = value.spread.quantile(kShares[i]);
      row.push_back(fixed(at[i], 2));
    }
    figure.table.rows.push_back(std::move(row));
    if (value.spread.count() == 0) continue;
    boxes.push_back({.x = static_cast<double>(bin),
                     .low = at[0],
                     .quarter = at[1],
                     .middle = at[2],
                     .three_quarters = at[3],
                     .high = at[4],
                     .words = name + ": median " + fixed(at[2], 2) + " of " +
                              counted(value.spread.count(), "rating")});
  }
  chart.name_positions(names);
  if (!errors.labels) chart.mark_y(0.0, "");
  chart.boxes(boxes, Ink::kFirst);
  figure.svg = chart.svg(figure.title);
  return figure;
}

Figure coverage_figure(const GroupedErrors& errors, double fitted_level) {
  Figure figure{.id = "coverage",
                .title = "Coverage of intervals",
                .caption = {},
                .svg = {},
                .table = {{"nominal", "actual", "ratings within"}, {}}};
  Chart chart("nominal", "actual share within", Chart::Numbers::kShares, Chart::Numbers::kShares);
  std::vector<ChartPoint> points;
  const auto count = static_cast<double>(errors.all.model.count);
  double at_90 = 0.0;
  for (const auto& level : errors.coverage) {
    const double share = static_cast<double>(level.within) / count;
    if (level.nominal == 0.9) at_90 = share;
    const std::string nominal = percent(level.nominal, 0);
    figure.table.rows.push_back({nominal, percent(share, 2), with_commas(level.within)});
    points.push_back({.x = level.nominal, .y = share, .words = nominal + ": " + percent(share)});
  }
  chart.include_y(errors.coverage.front().nominal);
  chart.include_y(1.0);
  chart.line("", points, Ink::kFirst);
  chart.mark_equal("as promised");
  figure.caption = "Intervals that are to hold 90 % of the ratings hold " + percent(at_90) +
                   "; points above the line are of intervals that are wider than they need be" +
                   (fitted_level > 0.0 ? " (on these ratings they were scaled so that it is " +
                                             percent(fitted_level, 0) + ")."
                                       : ".");
  figure.svg = chart.svg(figure.title);
  return figure;
}

}  // namespace

ShownError::ShownError(Loss loss) {
  const LossInfo& info = describe_loss(loss);
  metric = std::string(info.metric_title);
  has_root = info.has_root;
  title = (has_root ? "R" : "") + metric;
}

void add_gain(Page& page, double error, double biases) {
  page.key_figure(percent(std::abs(1.0 - error / biases)),
                  error < biases ? "below that of biases alone" : "above that of biases alone");
}

void add_prediction_figures(Page& page, const FactorModel& model, const GroupedErrors& errors,
                            const std::string& ratings, double fitted_level) {
  const ShownError shown(model.loss());
  page.add(baseline_figure(errors, shown, ratings));
  if (errors.has_counts) page.add(count_figure(errors, shown));
  if (!errors.margins) page.add(calibration_figure(errors));
  page.add(value_figure(errors));
  if (!errors.coverage.empty()) page.add(coverage_figure(errors, fitted_level));
}

}  // namespace mfpar::apps
