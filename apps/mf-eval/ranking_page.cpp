// SPDX-License-Identifier: MIT
#include "mf-eval/ranking_page.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "common/display_width.hpp"
#include "common/report/chart.hpp"
#include "common/report/markup.hpp"
#include "common/text.hpp"

namespace mfpar::apps {

namespace {

constexpr std::pair<RankingMetric, const char*> kPageMetrics[] = {
    {RankingMetric::kNdcg, "NDCG"},
    {RankingMetric::kRecall, "Recall"},
    {RankingMetric::kPrecision, "Precision"},
    {RankingMetric::kMap, "MAP"},
    {RankingMetric::kMrr, "MRR"},
    {RankingMetric::kHitRate, "Hit rate"}};

Ink ink_of_lists(const RankingReport& report, std::size_t at) {
  const RankedLists& lists = report.lists[at];
  if (lists.weight) return Ink::kFourth;
  if (lists.penalty) return Ink::kThird;
  return lists.is_baseline ? Ink::kQuiet : ink_of(at);
}

std::string at_cut(const char* title, std::uint32_t cut) {
  return std::string(title) + '@' + std::to_string(cut);
}

std::string interval_text(const BootstrapInterval& interval) {
  return fixed(interval.low, 4) + " to " + fixed(interval.high, 4);
}

/// A metric at the first cut, of all lists.
Figure metric_bars(const RankingReport& report, const RankingCommand& command, RankingMetric metric,
                   const char* title) {
  Figure figure{.id = std::string(kRankingMetricNames[static_cast<std::size_t>(metric)]),
                .title = at_cut(title, command.cuts.front()),
                .caption = {},
                .svg = {},
                .table = {{"lists"}, {}}};
  for (const std::uint32_t cut : command.cuts) {
    figure.table.head.push_back(at_cut(title, cut));
    if (command.resamples > 0) figure.table.head.push_back("95 % interval");
  }
  std::vector<NamedBar> bars;
  const RankedLists* best = &report.lists.front();
  for (std::size_t i = 0; i < report.lists.size(); ++i) {
    const RankedLists& lists = report.lists[i];
    std::vector<std::string> row{lists.name};
    for (std::size_t cut = 0; cut < command.cuts.size(); ++cut) {
      row.push_back(fixed(lists.measures.mean(metric, cut), 4));
      if (lists.intervals.empty()) continue;
      row.push_back(interval_text(lists.intervals[lists.measures.column(metric, cut)]));
    }
    figure.table.rows.push_back(std::move(row));
    const double value = lists.measures.mean(metric, 0);
    NamedBar bar{.name = lists.name,
                 .value = value,
                 .text = fixed(value, 4),
                 .ink = ink_of_lists(report, i)};
    if (!lists.intervals.empty()) {
      const BootstrapInterval& interval = lists.intervals[lists.measures.column(metric, 0)];
      bar.low = interval.low;
      bar.high = interval.high;
    }
    bars.push_back(std::move(bar));
    if (value > best->measures.mean(metric, 0)) best = &lists;
  }
  figure.caption =
      "The lists of " + best->name + " have the highest " + figure.title +
      (command.resamples > 0 ? "; lines span what it would be for 95 of 100 other draws of users."
                             : ".");
  figure.svg = bars_svg(bars, figure.title);
  return figure;
}

/// A metric by how many items of a list count.
Figure metric_lines(const RankingReport& report, const RankingCommand& command,
                    RankingMetric metric, const char* title) {
  constexpr std::size_t kRoom = 17;
  Figure figure{.id = std::string(kRankingMetricNames[static_cast<std::size_t>(metric)]) + "-by-n",
                .title = std::string(title) + " by length of list",
                .caption = std::string(title) + " of the first N items of each list, over " +
                           counted(report.users, "user") +
                           ": the higher line names more of what users came to choose.",
                .svg = {},
                .table = {{"first items"}, {}}};
  Chart chart("first N items of the list", title);
  chart.include_y(0.0);
  std::vector<std::string> names;
  for (const std::uint32_t cut : command.cuts) {
    names.push_back(with_commas(cut));
    figure.table.rows.push_back({with_commas(cut)});
  }
  chart.name_positions(std::move(names));
  for (std::size_t i = report.lists.size(); i-- > 0;) {
    const RankedLists& lists = report.lists[i];
    std::vector<ChartPoint> points;
    for (std::size_t cut = 0; cut < command.cuts.size(); ++cut) {
      ChartPoint point{.x = static_cast<double>(cut),
                       .y = lists.measures.mean(metric, cut),
                       .words = lists.name + ": " + fixed(lists.measures.mean(metric, cut), 4)};
      if (!lists.intervals.empty()) {
        const BootstrapInterval& interval = lists.intervals[lists.measures.column(metric, cut)];
        point.low = interval.low;
        point.high = interval.high;
      }
      points.push_back(std::move(point));
    }
    const std::string name =
        lists.is_baseline ? lists.name : std::filesystem::path(lists.name).filename().string();
    chart.line(shortened(name, kRoom), std::move(points), ink_of_lists(report, i));
  }
  for (const RankedLists& lists : report.lists) {
    figure.table.head.push_back(lists.name);
    for (std::size_t cut = 0; cut < command.cuts.size(); ++cut) {
      figure.table.rows[cut].push_back(fixed(lists.measures.mean(metric, cut), 4));
    }
  }
  figure.svg = chart.svg(figure.title);
  return figure;
}

/// The second model less the first, at the first cut.
Figure difference_figure(const RankingReport& report, const RankingCommand& command) {
  const RankingMeasures& measures = report.lists.front().measures;
  Figure figure{
      .id = "difference",
      .title = "The second model less the first, @" + std::to_string(command.cuts.front()),
      .caption =
          "Where a line does not touch zero, the difference is more than the "
          "chance of which users there are; above it the second model is better.",
      .svg = {},
      .table = {{"measure", "difference", "95 % interval", "p"}, {}}};
  Chart chart("", "difference");
  std::vector<std::string> names;
  std::vector<ChartPoint> points;
  for (const auto& [metric, title] : kPageMetrics) {
    const BootstrapDifference& found = report.difference[measures.column(metric, 0)];
    points.push_back({.x = static_cast<double>(names.size()),
                      .y = found.difference,
                      .low = found.interval.low,
                      .high = found.interval.high,
                      .words = std::string(title) + ' ' + fixed(found.difference, 4)});
    names.push_back(title);
    figure.table.rows.push_back(
        {title, fixed(found.difference, 4), interval_text(found.interval), fixed(found.p, 3)});
  }
  chart.name_positions(std::move(names));
  chart.mark_y(0.0, "");
  chart.dots("", std::move(points), Ink::kSecond);
  figure.svg = chart.svg(figure.title);
  return figure;
}

/// How much of the catalogue lists show.
Figure coverage_bars(const RankingReport& report, const RankingCommand& command) {
  Figure figure{.id = "catalogue",
                .title = "Share of the catalogue shown",
                .caption = "The share of all items that stands in the first " +
                           std::to_string(command.cuts.front()) +
                           " of somebody's list: where it is low, everybody is shown the same.",
                .svg = {},
                .table = {{"lists", "coverage", "Gini", "popularity rank", "novelty, bits"}, {}}};
  std::vector<NamedBar> bars;
  for (std::size_t i = 0; i < report.lists.size(); ++i) {
    const RankedLists& lists = report.lists[i];
    const double coverage = lists.measures.coverage(0);
    bars.push_back({.name = lists.name,
                    .value = coverage,
                    .text = percent(coverage),
                    .ink = ink_of_lists(report, i)});
    const bool known = lists.keeps_ratings;
    figure.table.rows.push_back({lists.name, fixed(coverage, 4), fixed(lists.measures.gini(0), 4),
                                 known ? fixed(lists.measures.popularity_rank(0), 1) : "-",
                                 known ? fixed(lists.measures.novelty(0), 2) : "-"});
  }
  figure.svg = bars_svg(bars, figure.title);
  return figure;
}

ReportTable measures_table(const RankingReport& report, std::size_t cut) {
  ReportTable table{{"lists"}, {}};
  for (const auto& [metric, title] : kPageMetrics) table.head.push_back(title);
  for (const RankedLists& lists : report.lists) {
    std::vector<std::string> row{lists.name};
    for (const auto& [metric, title] : kPageMetrics) {
      row.push_back(fixed(lists.measures.mean(metric, cut), 4));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

ReportTable measured_table(const RankingReport& report, const RankingCommand& command) {
  ReportTable table{{"measured", ""}, {}};
  for (const RankedLists& lists : report.lists) {
    if (lists.is_baseline) continue;
    table.rows.push_back({"items, " + lists.name, with_commas(lists.items)});
    table.rows.push_back({"order, " + lists.name, lists.rank_by});
  }
  const std::pair<const char*, std::uint64_t> counts[] = {
      {"users measured", report.users},
      {"relevant items", report.relevant},
      {"users without a relevant item, left out", report.without_relevant},
      {"users whom a model does not have, left out", report.unknown_users},
      {"relevant items that no model has, left out", report.unknown_items},
      {"pairs that were trained on, left out", report.trained_on}};
  for (const auto& [name, count] : counts) table.rows.push_back({name, with_commas(count)});
  if (command.relevant) {
    table.rows.push_back({"relevant are ratings from", significant(*command.relevant, 3)});
  }
  return table;
}

}  // namespace

Page ranking_page(const RankingReport& report, const RankingCommand& command) {
  std::string models;
  for (const std::string& model : command.models) models += (models.empty() ? "" : " and ") + model;
  Page page(models, "Lists of " + counted(report.users, "user") + ", held against " + command.test);
  const RankedLists& first = report.lists.front();
  page.key_figure(fixed(first.measures.mean(RankingMetric::kNdcg, 0), 4),
                  at_cut("NDCG", command.cuts.front()));
  page.key_figure(percent(first.measures.mean(RankingMetric::kHitRate, 0)),
                  "of users find something in their first " + std::to_string(command.cuts.front()));
  page.key_figure(percent(first.measures.coverage(0)), "of the catalogue shown");
  page.key_figure(with_commas(report.users), "users measured");
  page.section("How good the lists are");
  page.add(metric_bars(report, command, RankingMetric::kNdcg, "NDCG"));
  if (!report.difference.empty()) page.add(difference_figure(report, command));
  if (command.cuts.size() > 1) {
    page.add(metric_lines(report, command, RankingMetric::kNdcg, "NDCG"));
    page.add(metric_lines(report, command, RankingMetric::kRecall, "Recall"));
  } else {
    page.add(metric_bars(report, command, RankingMetric::kRecall, "Recall"));
  }
  page.add(metric_bars(report, command, RankingMetric::kHitRate, "Hit rate"));
  for (std::size_t cut = 0; cut < command.cuts.size(); ++cut) {
    const std::string of = std::to_string(command.cuts[cut]);
    page.add_folded("measures-" + of, "All measures of the first " + of + " items",
                    measures_table(report, cut));
  }
  page.section("What they show");
  page.add(coverage_bars(report, command));
  page.add_table("measured", measured_table(report, command));
  return page;
}

}  // namespace mfpar::apps
