// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "mfpar/rating_store.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// A user and an item whose predictions are watched while samples are drawn, and what they were
/// rated; NaN if they were not.
struct TracedPair {
  UserIndex user;
  ItemIndex item;
  float rating;
};

/// All of the ratings.
std::vector<TracedPair> pairs_of(const RatingStore& ratings);

/// The users of some ratings with the items of others, ten thousand.
std::vector<TracedPair> crossed_pairs(const RatingStore& ratings, std::uint64_t seed);

}  // namespace mfpar
