// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/item_titles.hpp"
#include "common/json.hpp"
#include "mfpar/recommender.hpp"

namespace mfpar::apps {

/// Which items a list may hold, as a request says it: the keys where, only and exclude.
struct ItemChoice {
  std::vector<std::string> where{};  ///< each as Condition::parse() takes it; all must hold
  std::optional<std::vector<std::string>> only{};  ///< ids; everything where it is not given
  std::vector<std::string> exclude{};              ///< ids

  bool operator==(const ItemChoice&) const = default;
};

/// A text, or a list of texts, of a key. Throws Error(kBadData) saying what was found.
std::vector<std::string> texts_of(const Json& json, const std::string& key);

/// An id, or a list of ids, of a key. Throws as above.
std::vector<std::string> ids_of(const Json& json, const std::string& key);

/// The parts of "318,296": ids as a query or a command line lists them. Empty parts are no ids.
std::vector<std::string> ids_in(const std::string& list);

/// The items of `ids` that the model has, ascending. Where there are others, appends to `warnings`
/// what to say of them, calling the list `key`.
std::vector<ItemIndex> items_of(const std::vector<std::string>& ids, const std::string& key,
                                const FactorModel& model, std::vector<std::string>& warnings);

/// What every list of a recommender is confined to.
struct ItemBounds {
  std::optional<std::vector<ItemIndex>> allow{};  ///< ascending; everything where it is not given
  std::vector<ItemIndex> deny{};
};

/// What choices leave of the items of a recommender. What conditions hold for, and filters without
/// ids, are kept for the next request that asks for the same. Safe from any number of threads.
class ItemFilters {
 public:
  /// Keeps `recommender` and `titles`, which must outlive it.
  ItemFilters(const Recommender& recommender, const ItemTitles& titles, ItemBounds bounds = {})
      : recommender_(recommender), titles_(titles), bounds_(std::move(bounds)) {}

  /// The filter of a choice among the items with so many training ratings. Appends to `warnings`
  /// where ids are not of the model. Throws Error(kBadOption) for conditions that cannot be.
  std::shared_ptr<const ItemFilter> filter(const ItemChoice& choice, std::uint32_t least_ratings,
                                           std::vector<std::string>& warnings) const;

  const ItemBounds& bounds() const noexcept { return bounds_; }

 private:
  using Items = std::shared_ptr<const std::vector<ItemIndex>>;
  using Key = std::pair<std::vector<std::string>, std::uint32_t>;  // conditions, least ratings

  Items items_where(const std::vector<std::string>& where) const;
  std::shared_ptr<const ItemFilter> make(const std::vector<std::string>& where,
                                         const ItemChoice* ids, std::uint32_t least_ratings,
                                         std::vector<std::string>& warnings) const;

  const Recommender& recommender_;
  const ItemTitles& titles_;
  const ItemBounds bounds_;
  mutable std::mutex mutex_;
  mutable std::map<std::vector<std::string>, Items> where_;           // guarded by mutex_
  mutable std::map<Key, std::shared_ptr<const ItemFilter>> filters_;  // guarded by mutex_
};

}  // namespace mfpar::apps
