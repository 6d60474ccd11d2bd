// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "mfpar/rating_source.hpp"
#include "mfpar/rating_store.hpp"

namespace mfpar {

/// Whole users of `ratings`, from a seeded place on and until they have `wanted` ratings, apart,
/// with the same indices; none when that is all of them.
std::optional<RatingStore> sample_users(const RatingSource& ratings, std::uint64_t wanted,
                                        std::uint64_t seed);

}  // namespace mfpar
