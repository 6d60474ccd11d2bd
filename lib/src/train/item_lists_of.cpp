// SPDX-License-Identifier: MIT
#include "train/item_lists_of.hpp"

#include <vector>

#include "base/partition.hpp"

namespace mfpar {

ItemLists item_lists_of(const RatingStore& ratings, const Workers& workers) {
  constexpr std::size_t kPieces = 256;
  std::vector<ItemIndex> items(ratings.size());
  workers.for_each(kPieces, [&](std::size_t piece) {
    const Range range = even_range(items.size(), kPieces, piece);
    for (std::size_t at = range.begin; at < range.end; ++at) items[at] = ratings.item(at);
  });
  return {ratings.parts().offsets, FrozenArray<ItemIndex>(std::move(items))};
}

}  // namespace mfpar
