// SPDX-License-Identifier: MIT
#include "mfpar/rated_items.hpp"

#include <algorithm>
#include <utility>

namespace mfpar {

RatedItems rated_items(const FactorModel& model, std::span<const ItemRating> ratings) {
  std::vector<FoldInRating> found;
  found.reserve(ratings.size());
  for (const ItemRating& rating : ratings) {
    found.push_back({model.items().find(rating.item), rating.value});
  }
  return rated_items(model, std::move(found));
}

RatedItems rated_items(const FactorModel& model, std::vector<FoldInRating> ratings) {
  RatedItems result{std::move(ratings), {}};
  for (const FoldInRating& rating : result.ratings) {
    if (rating.index < model.item_count()) result.items.push_back(rating.index);
  }
  std::ranges::sort(result.items);
  const auto repeated = std::ranges::unique(result.items);
  result.items.erase(repeated.begin(), repeated.end());
  return result;
}

}  // namespace mfpar
