// SPDX-License-Identifier: MIT
//
// How ratings and options come from rank 0, who has them all, to the others. Where ranks can read
// their part themselves, deal_ratings() is the place.
#pragma once

#include "compute/rank_share.hpp"
#include "compute/rating_statistics.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/train.hpp"

namespace mfpar {

/// What a rank has of the ratings: those of its users. All users and items keep their indices.
struct RatingsOfRank {
  RatingStore training;
  RatingStore validation;
};

/// Throws Error(kBadOption) for what several ranks cannot do.
void check_for_ranks(const TrainOptions& options, const TrainHooks& hooks);

/// How several ranks share a training of `threads` threads each.
RankShare share_of_ranks(Ranks& ranks, const RatingStatistics& statistics,
                         const TrainOptions& options, int threads);

/// On rank 0: tells the others, who are in train_beside(), what is trained, and deals the ratings
/// out. From here on all ranks train.
RatingsOfRank deal_ratings(RatingStore training, const RatingStore& validation,
                           const RatingStatistics& statistics, const TrainOptions& options,
                           const RankShare& share);

}  // namespace mfpar
