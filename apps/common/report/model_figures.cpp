// SPDX-License-Identifier: MIT
#include "common/report/model_figures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "common/report/chart.hpp"
#include "common/report/markup.hpp"
#include "common/text.hpp"
#include "mfpar/train_options.hpp"

namespace mfpar::apps {

namespace {

std::vector<double> norms_of(const FactorModel& model, Entity entity) {
  const std::uint32_t count = entity == Entity::kUser ? model.user_count() : model.item_count();
  std::vector<double> norms;
  for (std::uint32_t i = 0; i < count; ++i) {
    double squares = 0.0;
    for (const float x : entity == Entity::kUser ? model.user_row(i) : model.item_row(i)) {
      squares += double{x} * x;
    }
    norms.push_back(std::sqrt(squares));
  }
  std::ranges::sort(norms);
  return norms;
}

/// Of ascending numbers; NaN of none.
template <class Number>
double quantile_of(const std::vector<Number>& sorted, double share) {
  if (sorted.empty()) return EpochReport::kNotComputed;
  const double at = share * static_cast<double>(sorted.size() - 1);
  return static_cast<double>(sorted[static_cast<std::size_t>(std::lround(at))]);
}

/// How many of ascending numbers lie in each of so many parts of [0, highest].
std::vector<std::uint64_t> counts_in(const std::vector<double>& sorted, double highest,
                                     std::size_t parts) {
  std::vector<std::uint64_t> counts(parts);
  for (const double x : sorted) {
    const double at = highest > 0.0 ? x / highest * static_cast<double>(parts) : 0.0;
    ++counts[std::min(static_cast<std::size_t>(at), parts - 1)];
  }
  return counts;
}

/// Ratings of each user and of each item, ascending.
std::array<std::vector<std::uint64_t>, 2> rating_counts(const FactorModel& model) {
  const ItemLists& trained = model.parts().trained;
  std::array<std::vector<std::uint64_t>, 2> counts;
  counts[1].resize(model.item_count());
  for (UserIndex user = 0; user < model.user_count(); ++user) {
    counts[0].push_back(trained.of(user).size());
  }
  for (const ItemIndex item : trained.items) ++counts[1][item];
  for (auto& of_side : counts) std::ranges::sort(of_side);
  return counts;
}

TrainOptions defaults_of(const std::vector<std::pair<std::string, std::string>>& options,
                         Feedback feedback, Loss loss) {
  if (feedback == Feedback::kOneClass) return default_options(feedback);
  const bool sampled =
      std::ranges::any_of(options, [](const auto& option) { return option.first == "burn-in"; });
  TrainOptions defaults = default_options(sampled ? Method::kGibbs : Method::kSgd);
  defaults.loss = loss;
  return defaults;
}

}  // namespace

Figure norms_figure(const FactorModel& model) {
  constexpr std::size_t kParts = 30;
  const bool is_one_class = model.feedback() == Feedback::kOneClass;
  const auto users = norms_of(model, Entity::kUser), items = norms_of(model, Entity::kItem);
  const double highest =
      std::max(users.empty() ? 0.0 : users.back(), items.empty() ? 0.0 : items.back());
  const auto of_users = counts_in(users, highest, kParts),
             of_items = counts_in(items, highest, kParts);
  Figure figure{
      .id = is_one_class ? "norms-one-class" : "norms",
      .title = "Lengths of factors",
      .caption = "Half of the users have factors longer than " +
                 significant(quantile_of(users, 0.5), 3) + ", half of the items longer than " +
                 significant(quantile_of(items, 0.5), 3) +
                 "; the nearer to 0, the less was learnt of a user or item beside its bias.",
      .svg = {},
      .table = {{"length, from", "to", "users", "items"}, {}}};
  if (is_one_class) {
    figure.caption = "Half of the users have factors longer than " +
                     significant(quantile_of(users, 0.5), 3) + ", half of the items longer than " +
                     significant(quantile_of(items, 0.5), 3) +
                     "; items that hardly anybody chose are near 0.";
    figure.title = "Lengths of factors, for lists";
  }
  std::vector<ChartPoint> user_points, item_points;
  const double width = highest / kParts;
  for (std::size_t part = 0; part < kParts; ++part) {
    const double from = static_cast<double>(part) * width;
    const auto share = [](std::uint64_t count, std::size_t all) {
      return all == 0 ? 0.0 : static_cast<double>(count) / static_cast<double>(all);
    };
    user_points.push_back({.x = from + width / 2, .y = share(of_users[part], users.size())});
    item_points.push_back({.x = from + width / 2, .y = share(of_items[part], items.size())});
    figure.table.rows.push_back({fixed(from, 3), fixed(from + width, 3),
                                 with_commas(of_users[part]), with_commas(of_items[part])});
  }
  Chart chart("length of a row of factors", "share of rows", Chart::Numbers::kPlain,
              Chart::Numbers::kShares);
  chart.area("items", item_points, Ink::kSecond);
  chart.area("users", user_points, Ink::kFirst);
  figure.svg = chart.svg(figure.title);
  return figure;
}

void add_model_figures(Page& page, const FactorModel& model) {
  page.add(norms_figure(model));
  const FactorModel* const carried = model.parts().one_class.get();
  if (carried == nullptr) return;
  if (const auto figure = learning_figure(*carried)) page.add(*figure);
  page.add(norms_figure(*carried));
}

void add_options(Page& page, const std::vector<std::pair<std::string, std::string>>& options,
                 Feedback feedback, Loss loss) {
  if (options.empty()) return;
  std::map<std::string, std::string> usual;
  for (const auto& [name, value] : describe_options(defaults_of(options, feedback, loss))) {
    usual[name] = value;
  }
  ReportTable table{{"option", "value", "unless given"}, {}};
  std::string changed;
  for (const auto& [name, value] : options) {
    const auto found = usual.find(name);
    const bool is_usual = found != usual.end() && found->second == value;
    table.rows.push_back({"--" + name, value,
                          found == usual.end() ? "-"
                          : is_usual           ? "the same"
                                               : found->second});
    if (!is_usual && name != "kernel") changed += " --" + name + ' ' + value;
  }
  const bool is_one_class = feedback == Feedback::kOneClass;
  page.add_folded(is_one_class ? "options-one-class" : "options",
                  std::string(is_one_class ? "Options, one-class feedback" : "Options") + ": " +
                      (changed.empty() ? "all as they are unless given" : changed.substr(1)),
                  table);
}

void add_options(Page& page, const FactorModel& model) {
  for (const FactorModel* part : {&model, model.parts().one_class.get()}) {
    if (part == nullptr) continue;
    add_options(page, part->parts().record.options, part->feedback(), part->loss());
  }
}

ReportTable trained_on_table(const FactorModel& model) {
  const FactorModel::Parts& parts = model.parts();
  ReportTable table{{"trained on", ""}, {}};
  if (parts.trained.offsets.empty()) return table;
  const auto [by_user, by_item] = rating_counts(model);
  const auto add = [&](const std::string& name, const std::string& value) {
    table.rows.push_back({name, value});
  };
  add("ratings", with_commas(parts.trained.items.size()));
  add("users", with_commas(model.user_count()));
  add("items", with_commas(model.item_count()));
  const double pairs = static_cast<double>(model.user_count()) * model.item_count();
  add("share of all pairs that is rated",
      percent(static_cast<double>(parts.trained.items.size()) / pairs, 3));
  for (const auto& [name, counts] : {std::pair("a user", &by_user), {"an item", &by_item}}) {
    add(std::string("ratings ") + name + ", lowest", significant(quantile_of(*counts, 0.0), 1));
    add(std::string("ratings ") + name + ", median", significant(quantile_of(*counts, 0.5), 1));
    add(std::string("ratings ") + name + ", highest", significant(quantile_of(*counts, 1.0), 1));
  }
  return table;
}

Figure values_figure(const ValueBins& bins, const std::vector<std::uint64_t>& counts,
                     const std::string& of) {
  Figure figure{.id = "values",
                .title = "How often each value is given",
                .caption = {},
                .svg = {},
                .table = {{"rating", "ratings", "share"}, {}}};
  std::uint64_t all = 0;
  std::size_t most = 0;
  for (std::size_t bin = 0; bin < counts.size(); ++bin) {
    all += counts[bin];
    if (counts[bin] > counts[most]) most = bin;
  }
  std::vector<ChartPoint> points;
  std::vector<std::string> names;
  for (std::size_t bin = 0; bin < counts.size(); ++bin) {
    const double share = static_cast<double>(counts[bin]) / static_cast<double>(all);
    const std::string name = bins.name(bin);
    points.push_back({.x = static_cast<double>(bin),
                      .y = share,
                      .words = name + ": " + counted(counts[bin], "rating")});
    names.push_back(bins.are_values() ? name : significant(bins.middle(bin), 3));
    figure.table.rows.push_back({name, with_commas(counts[bin]), percent(share, 2)});
  }
  figure.caption = "Of " + of + ' ' +
                   percent(static_cast<double>(counts[most]) / static_cast<double>(all), 0) +
                   " are " + bins.name(most) + ", the most frequent value" +
                   (counts.size() > 2 ? "; seldom ones are the hardest to predict." : ".");
  Chart chart("rating", "share of ratings", Chart::Numbers::kPlain, Chart::Numbers::kShares);
  chart.name_positions(std::move(names));
  chart.columns(std::move(points), Ink::kFirst);
  figure.svg = chart.svg(figure.title);
  return figure;
}

}  // namespace mfpar::apps
