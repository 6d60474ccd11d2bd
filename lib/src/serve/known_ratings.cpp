// SPDX-License-Identifier: MIT
#include "serve/known_ratings.hpp"

#include <bit>
#include <cmath>
#include <string>

#include "mfpar/error.hpp"

namespace mfpar {

void check_rating(float value, std::size_t position) {
  if (std::isfinite(value)) return;
  throw Error(ErrorCode::kBadData, "rating " + std::to_string(position) + " is " +
                                       std::to_string(value) +
                                       "; a finite number was expected: leave it out");
}

void KnownRatings::take(std::span<const FoldInRating> ratings, std::uint32_t index_count) {
  kept_.clear();
  unknown_ = duplicates_ = 0;
  slots_.assign(std::bit_ceil(2 * ratings.size() + 2), 0);  // at least half of them stay free
  for (std::size_t position = 0; position < ratings.size(); ++position) {
    const FoldInRating& rating = ratings[position];
    check_rating(rating.value, position);
    if (rating.index >= index_count) {
      ++unknown_;
      continue;
    }
    std::uint32_t& slot = slot_of(rating.index);
    if (slot != 0) {
      kept_[slot - 1].value = rating.value;
      ++duplicates_;
    } else {
      kept_.push_back(rating);
      slot = static_cast<std::uint32_t>(kept_.size());
    }
  }
}

std::uint32_t& KnownRatings::slot_of(std::uint32_t index) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = (index * 0x9E3779B97F4A7C15u) >> 32 & mask;
  while (slots_[at] != 0 && kept_[slots_[at] - 1].index != index) at = (at + 1) & mask;
  return slots_[at];
}

}  // namespace mfpar
