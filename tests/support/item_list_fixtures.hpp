// SPDX-License-Identifier: MIT
//
// Who rated what, as lists of items.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "mfpar/item_lists.hpp"

namespace mfpar::tests {

using Items = std::vector<ItemIndex>;

inline ItemLists lists_of(const std::vector<Items>& users) {
  std::vector<std::uint64_t> offsets{0};
  Items items;
  for (const Items& list : users) {
    items.insert(items.end(), list.begin(), list.end());
    offsets.push_back(items.size());
  }
  return {.offsets = FrozenArray<std::uint64_t>(std::move(offsets)),
          .items = FrozenArray<ItemIndex>(std::move(items))};
}

inline bool has(const Items& list, ItemIndex item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace mfpar::tests
