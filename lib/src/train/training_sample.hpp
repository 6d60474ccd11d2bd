// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "mfpar/rating_source.hpp"
#include "mfpar/rating_store.hpp"

namespace mfpar {

/// Whole users, from a seeded place on and until they have `wanted` of the ratings that have these
/// user counts, apart, with the same indices; none when that is all of them. `ratings` are those,
/// or the part of them that one of several ranks has.
std::optional<RatingStore> sample_users(const RatingSource& ratings,
                                        std::span<const std::uint32_t> user_counts,
                                        std::uint64_t wanted, std::uint64_t seed);

}  // namespace mfpar
