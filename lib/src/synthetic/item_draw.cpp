// SPDX-License-Identifier: MIT
#include "synthetic/item_draw.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace mfpar {

std::span<const ItemIndex> ItemDraw::draw(std::uint64_t count, Random& random) {
  assert(count <= is_drawn_.size());
  drawn_.clear();
  // Drawing again what was drawn before is cheap until a user has most of what is popular.
  const std::uint64_t most_tries = 2 * is_drawn_.size();
  for (std::uint64_t tries = 0; drawn_.size() < count && tries < most_tries; ++tries) {
    const ItemIndex item = popularity_.table.draw(random);
    if (is_drawn_[item]) continue;
    is_drawn_[item] = true;
    drawn_.push_back(item);
  }
  if (drawn_.size() < count) complete(count, random);
  for (const ItemIndex item : drawn_) is_drawn_[item] = false;
  return drawn_;
}

/// Draws what is missing among the items left, in one pass: each arrives after an exponential time
/// whose rate is its weight, and the first to arrive are taken, which is the same as drawing one by
/// one (Efraimidis, Spirakis 2006).
void ItemDraw::complete(std::uint64_t count, Random& random) {
  arrivals_.clear();
  for (ItemIndex item = 0; item < is_drawn_.size(); ++item) {
    if (is_drawn_[item]) continue;
    arrivals_.emplace_back(-std::log1p(-random.uniform()) / popularity_.weights[item], item);
  }
  const auto missing = static_cast<std::ptrdiff_t>(count - drawn_.size());
  std::partial_sort(arrivals_.begin(), arrivals_.begin() + missing, arrivals_.end());
  for (auto first = arrivals_.begin(); first != arrivals_.begin() + missing; ++first) {
    drawn_.push_back(first->second);
    is_drawn_[first->second] = true;
  }
}

}  // namespace mfpar
