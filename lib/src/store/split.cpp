// SPDX-License-Identifier: MIT
#include "mfpar/split.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/parallel.hpp"
#include "base/partition.hpp"
#include "base/random.hpp"
#include "mfpar/error.hpp"
#include "mfpar/rating_source.hpp"
#include "store/atomic_bitset.hpp"
#include "store/hold_out.hpp"
#include "store/split_source.hpp"
#include "store/split_store.hpp"

namespace mfpar {

namespace {

/// All ratings of a random share of the users who have any.
AtomicBitset hold_out_users(const RatingStore& ratings, double fraction, std::uint64_t seed) {
  const auto offsets = ratings.offsets();
  std::vector<UserIndex> rating_users;
  for (UserIndex user = 0; user < ratings.user_count(); ++user) {
    if (offsets[user] < offsets[user + 1]) rating_users.push_back(user);
  }
  const auto count = static_cast<std::uint32_t>(rating_users.size());
  AtomicBitset held_out(ratings.size());
  choose(count, share_of(count, fraction), Random(derive_seed(seed, SeedUse::kSplitUsers)),
         [&](std::uint32_t i) {
           const UserIndex user = rating_users[i];
           for (auto at = offsets[user]; at < offsets[user + 1]; ++at) held_out.insert(at);
         });
  return held_out;
}

/// The timestamps of a store.
ReadTimes times_of(const RatingStore& ratings) {
  check_timestamps(ratings.has_timestamps());
  return [times = ratings.parts().timestamps.span()](Range positions, std::vector<std::int64_t>&) {
    return times.subspan(positions.begin, positions.size());
  };
}

}  // namespace

SplitResult split_random(RatingStore ratings, double fraction, std::uint64_t seed, int threads) {
  const Workers workers(threads);
  const AtomicBitset held_out = hold_out_random(ratings.size(), fraction, seed, workers);
  return split_store(std::move(ratings), held_out, workers);
}

SourceSplit split_random(std::shared_ptr<const RatingSource> all, double fraction,
                         std::uint64_t seed, int threads) {
  const Workers workers(threads);
  AtomicBitset held_out = hold_out_random(all->size(), fraction, seed, workers);
  return split_source(std::move(all), std::move(held_out), workers);
}

SplitResult split_by_user(RatingStore ratings, double fraction, std::uint64_t seed, int threads) {
  check_fraction(fraction);
  const Workers workers(threads);
  const AtomicBitset held_out =
      hold_out_of_each_user(ratings.offsets(), seed, workers,
                            [&](std::uint32_t rated) { return share_of(rated, fraction); });
  return split_store(std::move(ratings), held_out, workers);
}

SourceSplit split_by_user(std::shared_ptr<const RatingSource> all, double fraction,
                          std::uint64_t seed, int threads) {
  check_fraction(fraction);
  const Workers workers(threads);
  AtomicBitset held_out =
      hold_out_of_each_user(all->offsets(), seed, workers,
                            [&](std::uint32_t rated) { return share_of(rated, fraction); });
  return split_source(std::move(all), std::move(held_out), workers);
}

UserSplitResult split_users(RatingStore ratings, double fraction, double given_fraction,
                            std::uint64_t seed, int threads) {
  check_fraction(fraction);
  if (!(given_fraction > 0.0 && given_fraction < 1.0)) {
    throw Error(ErrorCode::kBadOption, "the fraction to be given is " +
                                           std::to_string(given_fraction) +
                                           "; it must be above 0 and below 1");
  }
  const Workers workers(threads);
  const AtomicBitset left_out = hold_out_users(ratings, fraction, seed);
  SplitResult users = split_store(std::move(ratings), left_out, workers);
  const AtomicBitset held_out = hold_out_of_each_user(
      users.validation.offsets(), seed, workers,
      [&](std::uint32_t rated) { return rated < 2 ? 0 : rated - share_of(rated, given_fraction); });
  SplitResult parts = split_store(std::move(users.validation), held_out, workers);
  return {std::move(users.training), std::move(parts.training), std::move(parts.validation)};
}

SplitResult split_fold(RatingStore ratings, std::uint32_t folds, std::uint32_t fold,
                       std::uint64_t seed, int threads) {
  if (folds < 2 || folds > ratings.size()) {
    throw Error(ErrorCode::kBadOption, "the number of folds is " + std::to_string(folds) +
                                           "; it must be at least 2 and at most the " +
                                           std::to_string(ratings.size()) + " ratings");
  }
  if (fold >= folds) {
    throw Error(ErrorCode::kBadOption, "fold " + std::to_string(fold) + " of " +
                                           std::to_string(folds) +
                                           " was asked for; folds are counted from 0");
  }
  const RandomPermutation order(ratings.size(), derive_seed(seed, SeedUse::kFolds));
  const Range ranks = even_range(ratings.size(), folds, fold);
  const Workers workers(threads);
  const AtomicBitset held_out = hold_out_ranks(ratings.size(), order, ranks, workers);
  return split_store(std::move(ratings), held_out, workers);
}

SplitResult split_at_time(RatingStore ratings, std::int64_t time, int threads) {
  const Workers workers(threads);
  const AtomicBitset held_out =
      hold_out_at_time(ratings.offsets(), time, times_of(ratings), workers);
  return split_store(std::move(ratings), held_out, workers);
}

SplitResult split_last(RatingStore ratings, std::uint32_t count, int threads) {
  const Workers workers(threads);
  const AtomicBitset held_out = hold_out_last(ratings.offsets(), count, times_of(ratings), workers);
  return split_store(std::move(ratings), held_out, workers);
}

}  // namespace mfpar
