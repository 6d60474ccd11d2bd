// SPDX-License-Identifier: MIT
//
// Who rates what in synthetic data: few users rate much and few items are popular.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "mfpar/synthetic.hpp"
#include "mfpar/types.hpp"
#include "synthetic/alias_table.hpp"

namespace mfpar {

/// How many items each user rates, as users + 1 offsets: long-tailed (log-normal, like the numbers
/// of real catalogues' users), `options.ratings` in all, none above the number of items, and none
/// below a quarter of the mean or 20, whichever is less. REQUIRES: ratings <= users x items.
std::vector<std::uint64_t> draw_user_offsets(const SyntheticOptions& options);

/// How often each item is drawn: by Zipf's law over items in a random order.
AliasTable draw_popularity(const SyntheticOptions& options);

/// Samples items without replacement, for one user after another. Holds scratch: one for each
/// worker, not synchronised.
class ItemSampler {
 public:
  /// Refers to `popularity`, whose weights are positive.
  explicit ItemSampler(const AliasTable& popularity)
      : popularity_(popularity), is_drawn_(popularity.weights().size(), false) {}

  /// `count` different items in the order in which they were drawn, each one by its weight among
  /// those left; valid until the next draw. REQUIRES: count is at most the number of items.
  std::span<const ItemIndex> draw(std::uint64_t count, Random& random);

 private:
  void complete(std::uint64_t count, Random& random);

  const AliasTable& popularity_;
  std::vector<bool> is_drawn_;
  std::vector<ItemIndex> drawn_;
  std::vector<std::pair<double, ItemIndex>> arrivals_;
};

}  // namespace mfpar
