// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "mfpar/frozen_array.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// Which items each user rated: for every user an ascending list of item indices.
/// Immutable; safe from any number of threads.
struct ItemLists {
  FrozenArray<std::uint64_t> offsets;  ///< users + 1 positions in `items`; empty for no users
  FrozenArray<ItemIndex> items;

  /// The items of `user`, ascending; none for a user beyond the lists.
  std::span<const ItemIndex> of(UserIndex user) const noexcept {
    if (static_cast<std::size_t>(user) + 1 >= offsets.size()) return {};
    return items.span().subspan(offsets[user], offsets[user + 1] - offsets[user]);
  }

  bool contains(UserIndex user, ItemIndex item) const noexcept {
    const auto list = of(user);
    return std::binary_search(list.begin(), list.end(), item);
  }
};

}  // namespace mfpar
