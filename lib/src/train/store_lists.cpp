// SPDX-License-Identifier: MIT
#include "train/store_lists.hpp"

#include <utility>
#include <vector>

#include "base/partition.hpp"

namespace mfpar {

ItemLists item_lists_of(const RatingStore& ratings, const Workers& workers) {
  constexpr std::size_t kListPartitions = 256;
  std::vector<ItemIndex> items(ratings.size());
  workers.for_each(kListPartitions, [&](std::size_t partition) {
    const Range range = even_range(items.size(), kListPartitions, partition);
    std::size_t at = range.begin;
    ratings.for_each(range.begin, range.end, [&](ItemIndex item, float) { items[at++] = item; });
  });
  return {ratings.parts().offsets, FrozenArray<ItemIndex>(std::move(items))};
}

}  // namespace mfpar
