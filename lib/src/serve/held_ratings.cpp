// SPDX-License-Identifier: MIT
#include "serve/held_ratings.hpp"

#include <algorithm>
#include <utility>

namespace mfpar {

std::optional<float> HeldRatings::put(const FoldInRating& rating) {
  const auto [entry, is_new] = arrival_of_.try_emplace(rating.index, next_arrival_);
  if (!is_new) {
    return std::exchange(ratings_[position_of(entry->second)].value, rating.value);
  }
  ratings_.push_back(rating);
  arrivals_.push_back(next_arrival_++);
  return std::nullopt;
}

std::optional<float> HeldRatings::erase(std::uint32_t index) {
  const auto entry = arrival_of_.find(index);
  if (entry == arrival_of_.end()) return std::nullopt;
  const auto position = static_cast<std::ptrdiff_t>(position_of(entry->second));
  const float value = ratings_[static_cast<std::size_t>(position)].value;
  ratings_.erase(ratings_.begin() + position);
  arrivals_.erase(arrivals_.begin() + position);
  arrival_of_.erase(entry);
  return value;
}

std::size_t HeldRatings::position_of(std::uint64_t arrival) const {
  const auto at = std::lower_bound(arrivals_.begin(), arrivals_.end(), arrival);
  return static_cast<std::size_t>(at - arrivals_.begin());
}

}  // namespace mfpar
