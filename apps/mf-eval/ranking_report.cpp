// SPDX-License-Identifier: MIT
#include "mf-eval/ranking_report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>

#include "common/json.hpp"
#include "common/text.hpp"

namespace mfpar::apps {

namespace {

constexpr std::array<RankingMetric, 6> kMetrics = {
    RankingMetric::kNdcg, RankingMetric::kRecall, RankingMetric::kPrecision,
    RankingMetric::kMap,  RankingMetric::kMrr,    RankingMetric::kHitRate};
constexpr std::array<const char*, 6> kTitles = {"NDCG", "recall", "precision",
                                                "MAP",  "MRR",    "hit rate"};

/// A figure over all lists.
struct CatalogueFigure {
  const char* key;
  const char* title;
  int decimals;
  bool by_popularity;
  double (RankingMeasures::*value)(std::size_t cut) const;
};

constexpr CatalogueFigure kCatalogueFigures[] = {
    {"coverage", "coverage", 4, false, &RankingMeasures::coverage},
    {"gini", "Gini", 4, false, &RankingMeasures::gini},
    {"popularity_rank", "popularity rank", 1, true, &RankingMeasures::popularity_rank},
    {"novelty", "novelty, bits", 2, true, &RankingMeasures::novelty}};

double value_of(const CatalogueFigure& figure, const RankedLists& lists, std::size_t cut) {
  return figure.by_popularity && !lists.keeps_ratings ? std::numeric_limits<double>::quiet_NaN()
                                                      : (lists.measures.*figure.value)(cut);
}

/// {"10": value(0), "20": value(1)}
Json by_cut(const RankingCommand& command, const std::function<Json(std::size_t cut)>& value) {
  Json json = Json::object();
  for (std::size_t cut = 0; cut < command.cuts.size(); ++cut) {
    json[std::to_string(command.cuts[cut])] = value(cut);
  }
  return json;
}

/// {"ndcg": {"10": value(column)}, ...}
Json by_metric(const RankingCommand& command, const RankingMeasures& measures,
               const std::function<Json(std::size_t column)>& value) {
  Json json = Json::object();
  for (const RankingMetric metric : kMetrics) {
    json[std::string(kRankingMetricNames[static_cast<std::size_t>(metric)])] =
        by_cut(command, [&](std::size_t cut) { return value(measures.column(metric, cut)); });
  }
  return json;
}

Json json_of(const BootstrapInterval& interval) {
  return Json::array({interval.low, interval.high});
}

/// Adds what was measured to `json`.
void add_measures(Json& json, const RankedLists& lists, const RankingCommand& command) {
  for (const RankingMetric metric : kMetrics) {
    json[std::string(kRankingMetricNames[static_cast<std::size_t>(metric)])] =
        by_cut(command, [&](std::size_t cut) -> Json { return lists.measures.mean(metric, cut); });
  }
  for (const CatalogueFigure& figure : kCatalogueFigures) {
    json[figure.key] =
        by_cut(command, [&](std::size_t cut) -> Json { return value_of(figure, lists, cut); });
  }
  if (!lists.intervals.empty()) {
    json["intervals"] = by_metric(command, lists.measures, [&](std::size_t column) {
      return json_of(lists.intervals[column]);
    });
  }
}

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, text.size()), ' ');
}

/// A table: a row for each way to make lists, a column for each cut.
class Table {
 public:
  explicit Table(const RankingReport& report, const RankingCommand& command) : command_(command) {
    const bool has_intervals = command.resamples > 0;
    cell_ = has_intervals ? 27 : 9;
    for (const RankedLists& lists : report.lists) name_ = std::max(name_, lists.name.size());
    name_ = std::min<std::size_t>(std::max<std::size_t>(name_, 18) + 2, 42);
  }

  void head(const std::string& title) {
    if (!text_.empty()) text_ += '\n';
    std::string line = padded(title, name_);
    for (const std::uint32_t cut : command_.cuts) line += padded('@' + std::to_string(cut), cell_);
    add(line);
  }

  void row(const std::string& name, const std::function<std::string(std::size_t cut)>& cell) {
    std::string line = padded(name, name_);
    if (line.size() > name_) line += '\n' + std::string(name_, ' ');
    for (std::size_t cut = 0; cut < command_.cuts.size(); ++cut) line += padded(cell(cut), cell_);
    add(line);
  }

  const std::string& text() const { return text_; }

 private:
  void add(const std::string& line) {
    text_ += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }

  const RankingCommand& command_;
  std::size_t cell_;
  std::size_t name_ = 0;
  std::string text_;
};

std::string text_of(double mean, const BootstrapInterval* interval) {
  std::string text = fixed(mean, 4);
  if (interval != nullptr) {
    text += " (" + fixed(interval->low, 4) + ".." + fixed(interval->high, 4) + ')';
  }
  return text;
}

std::string summary(const RankingReport& report, const RankingCommand& command) {
  std::string text;
  for (const RankedLists& lists : report.lists) {
    if (lists.is_baseline) continue;
    text += lists.name + ": lists from " + counted(lists.items, "item") + " by " + lists.rank_by;
    if (lists.least_ratings > 0) {
      text += ", of " + counted(lists.least_ratings, "rating") + " or more";
    }
    text += '\n';
  }
  text += counted(report.users, "user") + " measured by " +
          counted(report.relevant, "relevant item") + " of theirs";
  if (command.relevant) text += ", rated " + fixed(*command.relevant, 1) + " or more";
  text += ", in " + fixed(report.seconds, 2) + " s\n";
  const std::pair<std::uint64_t, const char*> left_out[] = {
      {report.without_relevant, "users without a relevant item left out"},
      {report.unknown_users,
       command.given.empty() ? "users left out whom a model does not have; --given folds them in"
                             : "users left out whom a model does not have, nor is given"},
      {report.unknown_items, "relevant items left out that no model has"}};
  for (const auto& [count, words] : left_out) {
    if (count > 0) text += with_commas(count) + ' ' + words + '\n';
  }
  if (!report.lists.front().intervals.empty()) {
    text += "in brackets: 95 % intervals by " + counted(command.resamples, "draw") +
            " of as many users\n";
  }
  return text + '\n';
}

}  // namespace

std::string ranking_json(const RankingReport& report, const RankingCommand& command) {
  Json json = Json::object(), baselines = Json::object();
  for (const RankedLists& lists : report.lists) {
    Json one = Json::object();
    if (!lists.is_baseline) {
      one["model"] = lists.name;
      one["rank_by"] = lists.rank_by;
      one["least_ratings"] = lists.least_ratings;
      one["items"] = lists.items;
      one["users"] = report.users;
      one["users_without_relevant"] = report.without_relevant;
      one["users_unknown"] = report.unknown_users;
      one["relevant"] = report.relevant;
      one["relevant_unknown"] = report.unknown_items;
      one["trained_on"] = report.trained_on;
    }
    if (lists.penalty) one["penalty"] = *lists.penalty;
    if (lists.weight) one["weight"] = *lists.weight;
    add_measures(one, lists, command);
    (lists.is_baseline ? baselines : json)[lists.key] = std::move(one);
  }
  if (!report.difference.empty()) {
    json["difference"] =
        by_metric(command, report.lists[0].measures, [&](std::size_t column) -> Json {
          const BootstrapDifference& found = report.difference[column];
          return {{"difference", found.difference},
                  {"interval", json_of(found.interval)},
                  {"above_zero", found.above_zero},
                  {"p", found.p}};
        });
  }
  if (!command.no_baselines || command.ease) json["baselines"] = std::move(baselines);
  return mfpar::apps::text_of(json) + '\n';
}

std::string ranking_tables(const RankingReport& report, const RankingCommand& command) {
  Table table(report, command);
  for (std::size_t m = 0; m < kMetrics.size(); ++m) {
    table.head(kTitles[m]);
    for (const RankedLists& lists : report.lists) {
      table.row(lists.name, [&](std::size_t cut) {
        const std::size_t column = lists.measures.column(kMetrics[m], cut);
        return text_of(lists.measures.mean(kMetrics[m], cut),
                       lists.intervals.empty() ? nullptr : &lists.intervals[column]);
      });
      if (&lists != &report.lists[1] || report.difference.empty()) continue;
      const auto& found = report.difference;
      const auto column = [&](std::size_t cut) { return lists.measures.column(kMetrics[m], cut); };
      table.row("  less the first", [&](std::size_t cut) {
        return text_of(found[column(cut)].difference, &found[column(cut)].interval);
      });
      table.row("  p", [&](std::size_t cut) { return fixed(found[column(cut)].p, 3); });
    }
  }
  for (const CatalogueFigure& figure : kCatalogueFigures) {
    table.head(figure.title);
    for (const RankedLists& lists : report.lists) {
      table.row(lists.name, [&](std::size_t cut) {
        return fixed(value_of(figure, lists, cut), figure.decimals);
      });
    }
  }
  return summary(report, command) + table.text();
}

}  // namespace mfpar::apps
