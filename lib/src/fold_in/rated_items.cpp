// SPDX-License-Identifier: MIT
#include "mfpar/rated_items.hpp"

#include <algorithm>
#include <utility>

#include "mfpar/decimal.hpp"

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
  result.items.erase(std::unique(result.items.begin(), result.items.end()), result.items.end());
  return result;
}

std::string scale_warning(const OffScale& found, RatingRange range) {
  if (found.count == 0) return "";
  return std::to_string(found.count) + (found.count == 1 ? " rating (" : " ratings (") +
         shortest_decimal(found.first) + (found.count > 1 ? ", ...)" : ")") +
         " outside the range of those trained on, " + shortest_decimal(range.lowest) + " to " +
         shortest_decimal(range.highest) + "; is it the same scale?";
}

}  // namespace mfpar
