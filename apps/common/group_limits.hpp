// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "common/item_titles.hpp"
#include "mfpar/recommender.hpp"

namespace mfpar::apps {

/// Limits of groups that columns of a file of titles name. A field may name several, separated by
/// |; an empty one none. Safe from any number of threads.
class GroupLimits {
 public:
  /// Keeps `titles`, which must outlive it.
  GroupLimits(const ItemTitles& titles, ItemIndex item_count)
      : titles_(titles), item_count_(item_count) {}

  /// Those of "3:genres", or of several such, separated by commas. They last as long as this.
  /// Throws Error(kBadOption) saying what was found, calling it `option`.
  std::vector<GroupLimit> parse(const std::string& text, const std::string& option) const;

 private:
  GroupLimit parse_one(const std::string& text, const std::string& option) const;
  ItemGroups groups_in(std::size_t column) const;

  const ItemTitles& titles_;
  const ItemIndex item_count_;
  mutable std::mutex mutex_;
  mutable std::map<std::size_t, ItemGroups> groups_;  // by column
};

}  // namespace mfpar::apps
