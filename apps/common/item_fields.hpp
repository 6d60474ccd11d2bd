// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "common/json.hpp"

namespace mfpar::apps {

/// What of an item's keys an answer is to have, as a request says it: the keys fields and titles.
struct ItemFields {
  std::vector<std::string> names{};  ///< all where none is named
  bool titles = true;                ///< title and columns, where there is a file of titles

  bool operator==(const ItemFields&) const = default;

  /// Whether an item is to have this key.
  bool has(const char* name) const;

  /// Takes from an item what it is not to have.
  void confine(Json& item) const;
};

/// The names in lists such as "id,title" or "id", "title". Throws Error(kBadOption) for one that is
/// no name, naming those that there are, and where there is none at all.
std::vector<std::string> item_fields(const std::vector<std::string>& lists);

}  // namespace mfpar::apps
