// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "mfpar/types.hpp"
#include "synthetic/alias_table.hpp"

namespace mfpar {

/// How often each item is drawn. Immutable; safe from any number of threads.
struct Popularity {
  explicit Popularity(std::vector<double> item_weights)
      : weights(std::move(item_weights)), table(weights) {}

  std::vector<double> weights;  ///< positive
  AliasTable table;
};

/// Draws different items for one user after another, by their popularity. Holds scratch: one for
/// each worker, not synchronised.
class ItemDraw {
 public:
  explicit ItemDraw(const Popularity& popularity)
      : popularity_(popularity), is_drawn_(popularity.weights.size(), false) {}

  /// `count` items in the order in which they were drawn, each one by its weight among those left;
  /// valid until the next draw. REQUIRES: count is at most the number of items.
  std::span<const ItemIndex> draw(std::uint64_t count, Random& random);

 private:
  void complete(std::uint64_t count, Random& random);

  const Popularity& popularity_;
  std::vector<bool> is_drawn_;
  std::vector<ItemIndex> drawn_;
  std::vector<std::pair<double, ItemIndex>> arrivals_;
};

}  // namespace mfpar
