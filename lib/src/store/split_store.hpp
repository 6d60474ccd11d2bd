// SPDX-License-Identifier: MIT
#pragma once

#include "base/parallel.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/split.hpp"
#include "store/atomic_bitset.hpp"

namespace mfpar {

/// Puts the ratings at the positions in `held_out` into `validation` and all others into
/// `training`, in two passes over the shards: count, then copy. Beside the two stores it needs a
/// bit a rating.
SplitResult split_store(RatingStore ratings, const AtomicBitset& held_out, const Workers& workers);

}  // namespace mfpar
