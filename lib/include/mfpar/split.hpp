// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "mfpar/export.hpp"
#include "mfpar/rating_store.hpp"

namespace mfpar {

/// Two disjoint stores that together hold every rating of the one they came from, with the same
/// indices and dictionaries.
struct SplitResult {
  RatingStore training;
  RatingStore validation;
};

// Every split puts each rating into exactly one of the two stores, is the same for the same seed
// whatever the number of threads, and may leave users or items with no training rating at all. A
// store that is moved in, and that nobody else holds, gives its memory to the training store.

/// Holds out round(fraction * ratings) ratings, uniformly at random over all ratings (not
/// stratified by user). Throws Error(kBadOption) unless 0 <= fraction < 1.
MFPAR_API SplitResult split_random(RatingStore ratings, double fraction, std::uint64_t seed,
                                   int threads = 0);

/// Holds out the last `count` ratings of every user by timestamp (equal times: the higher item
/// index), but never a user's only ratings: at least one stays. Throws Error(kBadOption) without
/// timestamps.
MFPAR_API SplitResult split_last(RatingStore ratings, std::uint32_t count, int threads = 0);

/// Holds out all ratings with a timestamp of at least `time`. Throws Error(kBadOption) without
/// timestamps.
MFPAR_API SplitResult split_at_time(RatingStore ratings, std::int64_t time, int threads = 0);

/// Fold `fold` of `folds`: validation holds the fold, whose size is even_range's (sizes differ by
/// at most one), assigned by one random permutation of all ratings, the same for every fold of a
/// seed. Throws Error(kBadOption) unless 2 <= folds <= ratings and fold < folds.
MFPAR_API SplitResult split_fold(RatingStore ratings, std::uint32_t folds, std::uint32_t fold,
                                 std::uint64_t seed, int threads = 0);

/// The ratings of two tables in one index space: `training` is built as by build_store, with the
/// users and items of both, and `validation` beside it. Duplicates are merged within each table; a
/// rating in both stays in both, and is counted.
struct JoinResult {
  RatingStore training;
  RatingStore validation;
  std::uint64_t in_both = 0;  ///< (user, item) pairs that stand in both
};

/// Makes a JoinResult of two tables. Throws as build_store().
MFPAR_API JoinResult build_joined_stores(RatingTable&& training, RatingTable&& validation,
                                         const StoreOptions& options = {});

}  // namespace mfpar
