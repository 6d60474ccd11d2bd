// SPDX-License-Identifier: MIT
#include "recommend/recommender_impl.hpp"

namespace mfpar {

ItemFilter::ItemFilter(const Recommender& recommender, const Rules& rules)
    : owner_(recommender.impl_.get()),
      allowed_(recommender.model().item_count(), rules.allow == nullptr),
      tile_masks_(recommender.impl_->items.count()) {
  const auto set = [&](std::span<const ItemIndex> items, bool allowed) {
    for (const ItemIndex item : items) {
      if (item < allowed_.size()) allowed_[item] = allowed;
    }
  };
  if (rules.allow != nullptr) set(*rules.allow, true);
  set(rules.deny, false);
  const ItemTiles& items = recommender.impl_->items;
  for (ItemIndex item = 0; item < allowed_.size(); ++item) {
    if (!allowed_[item]) continue;
    if (recommender.rating_count(item) < rules.least_ratings) {
      allowed_[item] = false;
      continue;
    }
    ++size_;
    const std::uint32_t position = items.position_of(item);
    tile_masks_[position / kTileItems] |= static_cast<std::uint16_t>(1u << position % kTileItems);
  }
}

}  // namespace mfpar
