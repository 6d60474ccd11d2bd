// SPDX-License-Identifier: MIT
#include "mfpar/rated_items.hpp"

#include <algorithm>
#include <utility>

#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

std::string with_commas(std::size_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string counted_ratings(std::size_t count) {
  return with_commas(count) + (count == 1 ? " rating" : " ratings");
}

}  // namespace

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
  return counted_ratings(found.count) + " (" + shortest_decimal(found.first) +
         (found.count > 1 ? ", ...)" : ")") + " outside the range of those trained on, " +
         shortest_decimal(range.lowest) + " to " + shortest_decimal(range.highest) +
         "; is it the same scale?";
}

std::vector<std::string> rating_warnings(const FactorModel& model, const RatedItems& rated,
                                         std::span<const ItemRating> given) {
  std::vector<std::string> warnings;
  std::size_t unknown = 0, first_unknown = 0;
  OffScale off_scale;
  for (std::size_t i = 0; i < rated.ratings.size(); ++i) {
    if (rated.ratings[i].index >= model.item_count() && unknown++ == 0) first_unknown = i;
    if (model.feedback() == Feedback::kRatings) {
      off_scale.add(rated.ratings[i].value, model.range());
    }
  }
  if (unknown > 0) {
    std::string example;
    if (!given.empty()) {
      example = " (" + quoted(given[first_unknown].item) + (unknown > 1 ? ", ...)" : ")");
    }
    warnings.push_back(with_commas(unknown) + " of " + counted_ratings(rated.ratings.size()) +
                       " left out, as the model does not have the item" + example);
  }
  const std::size_t again = rated.ratings.size() - unknown - rated.items.size();
  if (again > 0) {
    warnings.push_back(counted_ratings(again) + " left out, as a later one is for the same item");
  }
  const std::string scale = scale_warning(off_scale, model.range());
  if (!scale.empty()) warnings.push_back(scale);
  if (rated.items.empty()) {
    warnings.push_back(
        "no rating of an item that the model has: the list does not depend on the user");
  }
  return warnings;
}

}  // namespace mfpar
