// SPDX-License-Identifier: MIT
#include "mf-serve/browse.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "mf-serve/http_message.hpp"
#include "mfpar/loss.hpp"

namespace mfpar::apps {

namespace {

/// The groups that a column names, separated by |, those of most items first; none of a column that
/// has no groups to choose from: more of them than somebody would read, or less than two.
Json groups_of(const ItemTitles& titles, std::size_t column, ItemIndex item_count) {
  constexpr std::size_t kMostGroups = 100;
  std::map<std::string, std::size_t> counts;
  for (ItemIndex item = 0; item < item_count && counts.size() <= kMostGroups; ++item) {
    std::istringstream field{std::string(titles.text(item, column))};
    std::set<std::string> names;
    for (std::string name; std::getline(field, name, '|');) names.insert(name);
    names.erase("");
    for (const std::string& name : names) ++counts[name];
  }
  if (counts.size() < 2 || counts.size() > kMostGroups) return Json::array();
  std::vector<std::pair<std::string, std::size_t>> groups(counts.begin(), counts.end());
  std::ranges::stable_sort(groups, std::greater(), &std::pair<std::string, std::size_t>::second);
  Json list = Json::array();
  for (const auto& [name, count] : groups) list.push_back({{"group", name}, {"items", count}});
  return list;
}

Json items_of(const TitledModel& titled, const std::vector<ItemIndex>& found) {
  Json items = Json::array();
  for (const ItemIndex item : found) {
    const std::string id = titled.served.model->items().id(item);
    Json named{{"item", id}, {"id", id}};
    if (titled.titles != nullptr) named["title"] = titled.titles->titles.title(item);
    named["ratings"] = titled.served.recommender.rating_count(item);
    items.push_back(std::move(named));
  }
  return items;
}

}  // namespace

Json catalogue(const TitledModel& titled) {
  const FactorModel& model = *titled.served.model;
  const bool rates = model.feedback() == Feedback::kRatings;
  const bool has_one_class = model.one_class() != nullptr;
  Json orders = Json::array();
  if (rates) orders = {"interaction", "rating", "blend:0.5"};
  if (!rates || has_one_class) orders.push_back("one-class");
  if (model.has_variance()) orders.push_back("lower:1.645");
  Json columns = Json::array();
  if (titled.titles != nullptr) {
    const ItemTitles& titles = titled.titles->titles;
    for (std::size_t column = 1; column < titles.columns().size(); ++column) {
      Json groups = groups_of(titles, column, model.item_count());
      if (groups.empty()) continue;
      columns.push_back({{"column", titles.columns()[column]}, {"groups", std::move(groups)}});
    }
  }
  return {{"model_version", titled.served.version},
          {"users", model.user_count()},
          {"items", model.item_count()},
          {"titles", titled.titles != nullptr},
          {"predicts", !rates                                             ? "choice"
                       : describe_loss(model.loss()).predicts_probability ? "probability"
                                                                          : "rating"},
          {"intervals", model.has_variance()},
          {"least", model.range().lowest},
          {"most", model.range().highest},
          {"rank_by", name_of(usual_rank_by(model))},
          {"orders", std::move(orders)},
          {"columns", std::move(columns)}};
}

std::uint32_t top_in(const RequestTarget& target, const Limits& limits) {
  const auto find = [&](std::string_view key) -> std::optional<RequestValue> {
    const auto* const values = key == "top" ? target.find_all(key) : nullptr;
    return values != nullptr ? std::optional(RequestValue(*values)) : std::nullopt;
  };
  return list_question(find, limits, 400).top;
}

Json find_items(const TitledModel& titled, const std::string& text, std::uint32_t top) {
  const ServedModel& served = titled.served;
  const IdDictionary& ids = served.model->items();
  const auto count = [&](ItemIndex item) { return served.recommender.rating_count(item); };
  std::vector<ItemIndex> found;
  if (titled.titles == nullptr || text.empty()) {
    found = ids_beginning(ids, text, top, count);
  } else {
    found = titled.titles->search.find(text, top, count);
    const ItemIndex named = ids.find(text);
    if (named != kNoIndex) {
      std::erase(found, named);
      found.insert(found.begin(), named);
      if (found.size() > top) found.pop_back();
    }
  }
  return {{"model_version", served.version}, {"text", text}, {"items", items_of(titled, found)}};
}

Json find_item(const TitledModel& titled, const std::string& item) {
  const ItemIndex index = titled.served.model->items().find(item);
  if (index == kNoIndex) {
    throw HttpError(404,
                    "the model has no item '" + item + "'; it has those that it was trained on");
  }
  return {{"model_version", titled.served.version},
          {"item", item},
          {"items", items_of(titled, {index})}};
}

Json find_users(const ServedModel& served, const std::string& text, std::uint32_t top) {
  const auto count = [&](UserIndex user) {
    return served.recommender.profile_of(user).rated[0].size();
  };
  Json users = Json::array();
  for (const UserIndex user : ids_beginning(served.model->users(), text, top, count)) {
    const std::string id = served.model->users().id(user);
    users.push_back({{"user", id}, {"id", id}, {"ratings", count(user)}});
  }
  return {{"model_version", served.version}, {"text", text}, {"users", std::move(users)}};
}

}  // namespace mfpar::apps
