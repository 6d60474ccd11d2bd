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

/// Three disjoint stores that together hold every rating of the one they came from, with the same
/// indices and dictionaries. No user of `training` has a rating in the others.
struct UserSplitResult {
  RatingStore training;
  RatingStore given;       ///< of the users left out, what they are folded in from
  RatingStore validation;  ///< of the same users, what is to be predicted then
};

// Every split puts each rating into exactly one of its stores, is the same for the same seed
// whatever the number of threads, and may leave users (where it does not say otherwise) or items
// with no training rating at all. A store that is moved in, and that nobody else holds, gives its
// memory to the training store.

/// Holds out round(fraction * ratings) ratings, uniformly at random over all ratings (not
/// stratified by user). Throws Error(kBadOption) unless 0 <= fraction < 1.
MFPAR_API SplitResult split_random(RatingStore ratings, double fraction, std::uint64_t seed,
                                   int threads = 0);

/// Holds out round(fraction * n) of each user's n ratings (halves away from zero), uniformly at
/// random, but at least one and never all: a user of two ratings or more is in both stores, and one
/// of a single rating in `training` only. So for small n more is held out than the fraction says.
/// Nothing is held out for a fraction of 0. Throws Error(kBadOption) unless 0 <= fraction < 1.
MFPAR_API SplitResult split_by_user(RatingStore ratings, double fraction, std::uint64_t seed,
                                    int threads = 0);

/// Leaves users out of training altogether, for what the field calls strong generalization (Marlin
/// 2004): how well users are served whom the model has not met and who are folded in from some of
/// their ratings. Of the users who have ratings, round(fraction * users) are left out, uniformly at
/// random, but at least one and never all (none for a fraction of 0). Of the n ratings of each of
/// them round(given_fraction * n) are given, uniformly at random, but at least one; and where there
/// are two, at least one is left to predict. Throws Error(kBadOption) unless 0 <= fraction < 1 and
/// 0 < given_fraction < 1.
MFPAR_API UserSplitResult split_users(RatingStore ratings, double fraction, double given_fraction,
                                      std::uint64_t seed, int threads = 0);

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
