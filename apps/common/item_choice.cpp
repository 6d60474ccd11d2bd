// SPDX-License-Identifier: MIT
#include "common/item_choice.hpp"

#include <algorithm>
#include <iterator>

#include "common/condition.hpp"
#include "common/text.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

/// Of conditions, and of filters: enough for a page of genres and years, and little memory.
constexpr std::size_t kMaxKept = 64;
constexpr std::size_t kMaxKeptText = 4096;

/// A condition costs a look at every item.
constexpr std::size_t kMaxConditions = 20;

/// What `read` makes of one value, or of each of a list.
template <class Read>
std::vector<std::string> each_of(const Json& json, const Read& read) {
  std::vector<std::string> texts;
  if (!json.is_array()) return {read(json)};
  for (const Json& one : json) texts.push_back(read(one));
  return texts;
}

template <class Map, class Key, class Value>
void keep(Map& map, const Key& key, const Value& value, const std::vector<std::string>& where) {
  std::size_t length = 0;
  for (const std::string& text : where) length += text.size();
  if (length > kMaxKeptText) return;
  if (map.size() >= kMaxKept) map.clear();
  map.emplace(key, value);
}

std::vector<ItemIndex> common_items(const std::vector<ItemIndex>& a,
                                    const std::vector<ItemIndex>& b) {
  std::vector<ItemIndex> both;
  std::ranges::set_intersection(a, b, std::back_inserter(both));
  return both;
}

}  // namespace

std::vector<std::string> texts_of(const Json& json, const std::string& key) {
  return each_of(json, [&](const Json& one) {
    if (one.is_string()) return one.get<std::string>();
    throw Error(ErrorCode::kBadData,
                '"' + key + "\" has " + kind_of(one) + "; expected a string, or a list of strings");
  });
}

std::vector<std::string> ids_of(const Json& json, const std::string& key) {
  return each_of(json, [&](const Json& one) {
    const auto id = id_of(one);
    if (id) return *id;
    throw Error(ErrorCode::kBadData,
                '"' + key + "\" has " + kind_of(one) + "; expected ids, strings or whole numbers");
  });
}

std::vector<std::string> ids_in(const std::string& list) {
  std::vector<std::string> ids;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    if (end > begin) ids.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return ids;
}

std::vector<ItemIndex> items_of(const std::vector<std::string>& ids, const std::string& key,
                                const FactorModel& model, std::vector<std::string>& warnings) {
  std::vector<ItemIndex> items;
  std::size_t unknown = 0;
  const std::string* first_unknown = nullptr;
  for (const std::string& id : ids) {
    const ItemIndex item = model.items().find(id);
    if (item != kNoIndex) {
      items.push_back(item);
    } else if (unknown++ == 0) {
      first_unknown = &id;
    }
  }
  if (unknown > 0) {
    warnings.push_back(key + ": the model does not have " + with_commas(unknown) +
                       " of the items (" + mfpar::quoted(*first_unknown) +
                       (unknown > 1 ? ", ...)" : ")"));
  }
  std::ranges::sort(items);
  items.erase(std::unique(items.begin(), items.end()), items.end());
  return items;
}

ItemFilters::Items ItemFilters::items_where(const std::vector<std::string>& where) const {
  {
    const std::lock_guard lock(mutex_);
    const auto found = where_.find(where);
    if (found != where_.end()) return found->second;
  }
  if (where.size() > kMaxConditions) {
    throw Error(ErrorCode::kBadOption, "where has " + std::to_string(where.size()) +
                                           " conditions; give at most " +
                                           std::to_string(kMaxConditions));
  }
  // Not under the lock: this looks at all items.
  std::vector<Condition> conditions;
  conditions.reserve(where.size());
  for (const std::string& text : where) conditions.push_back(Condition::parse(text, "where"));
  auto items = std::make_shared<const std::vector<ItemIndex>>(
      apps::items_where(conditions, titles_, recommender_.model().item_count(), "where"));
  const std::lock_guard lock(mutex_);
  keep(where_, where, items, where);
  return items;
}

std::shared_ptr<const ItemFilter> ItemFilters::make(const std::vector<std::string>& where,
                                                    const ItemChoice* ids,
                                                    std::uint32_t least_ratings,
                                                    std::vector<std::string>& warnings) const {
  const FactorModel& model = recommender_.model();
  std::vector<ItemIndex> allow, deny = bounds_.deny;
  const std::vector<ItemIndex>* allowed = bounds_.allow ? &*bounds_.allow : nullptr;
  const auto confine = [&](const std::vector<ItemIndex>& items) {
    allow = allowed == nullptr ? items : common_items(*allowed, items);
    allowed = &allow;
  };
  if (!where.empty()) confine(*items_where(where));
  if (ids != nullptr) {
    if (ids->only) confine(items_of(*ids->only, "only", model, warnings));
    const auto excluded = items_of(ids->exclude, "exclude", model, warnings);
    deny.insert(deny.end(), excluded.begin(), excluded.end());
  }
  return std::make_shared<const ItemFilter>(
      recommender_,
      ItemFilter::Rules{.allow = allowed, .deny = deny, .least_ratings = least_ratings});
}

std::shared_ptr<const ItemFilter> ItemFilters::filter(const ItemChoice& choice,
                                                      std::uint32_t least_ratings,
                                                      std::vector<std::string>& warnings) const {
  if (choice.only || !choice.exclude.empty()) {  // ids differ from request to request
    return make(choice.where, &choice, least_ratings, warnings);
  }
  const Key key{choice.where, least_ratings};
  {
    const std::lock_guard lock(mutex_);
    const auto found = filters_.find(key);
    if (found != filters_.end()) return found->second;
  }
  auto made = make(choice.where, nullptr, least_ratings, warnings);
  const std::lock_guard lock(mutex_);
  keep(filters_, key, made, choice.where);
  return made;
}

}  // namespace mfpar::apps
