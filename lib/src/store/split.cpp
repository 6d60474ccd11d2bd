// SPDX-License-Identifier: MIT
#include "mfpar/split.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "base/parallel.hpp"
#include "base/partition.hpp"
#include "base/random.hpp"
#include "mfpar/error.hpp"
#include "mfpar/rating_source.hpp"
#include "store/atomic_bitset.hpp"
#include "store/split_source.hpp"
#include "store/split_store.hpp"

namespace mfpar {

namespace {

/// The positions of `size` ratings that a random order of all of them has at `ranks`.
AtomicBitset positions_at(std::uint64_t size, const RandomPermutation& order, Range ranks,
                          const Workers& workers) {
  constexpr std::size_t kPartitions = 256;
  AtomicBitset held_out(size);
  workers.for_each(kPartitions, [&](std::size_t partition) {
    const Range range = even_range(ranks.size(), kPartitions, partition);
    for (std::size_t i = range.begin; i < range.end; ++i) held_out.insert(order(ranks.begin + i));
  });
  return held_out;
}

/// A random `fraction` of the positions of `size` ratings.
AtomicBitset random_positions(std::uint64_t size, double fraction, std::uint64_t seed,
                              const Workers& workers) {
  const auto count = static_cast<std::size_t>(std::llround(fraction * static_cast<double>(size)));
  const RandomPermutation order(size, derive_seed(seed, SeedUse::kSplit));
  return positions_at(size, order, {0, count}, workers);
}

/// Calls body(i) for `count` of the numbers below `size`, ascending, each such set equally likely:
/// selection sampling (Knuth, "The Art of Computer Programming", volume 2, algorithm S).
template <class Body>
void choose(std::uint32_t size, std::uint32_t count, Random random, const Body& body) {
  for (std::uint32_t i = 0; count > 0; ++i) {
    if (random.below(size - i) >= count) continue;
    body(i);
    --count;
  }
}

/// A share of `count` that leaves something on both sides wherever there are two. Rounded to
/// nothing, a user of two ratings at 0.2 would never be measured, although one rating can be
/// spared; and a measurement of lists is a mean over the users who have something held out.
std::uint32_t share_of(std::uint32_t count, double fraction) {
  if (count < 2 || fraction == 0.0) return 0;
  const auto rounded = std::llround(fraction * static_cast<double>(count));
  return static_cast<std::uint32_t>(std::clamp<long long>(rounded, 1, count - 1));
}

/// Calls body(user, positions) once for every user, beside one another for users of different
/// shards.
template <class Ratings, class Body>
void for_each_user(const Ratings& ratings, const Workers& workers, const Body& body) {
  const auto offsets = ratings.offsets();
  if (offsets.empty()) return;  // no store at all
  const auto shards = ratings.shard_boundaries();
  workers.for_each(shards.size() - 1, [&](std::size_t shard) {
    for (UserIndex user = shards[shard]; user < shards[shard + 1]; ++user) {
      body(user, Range{offsets[user], offsets[user + 1]});
    }
  });
}

/// Of every user's n ratings held(n), at random. A user's own generator makes the choice
/// independent of the threads.
template <class Ratings, class Held>
AtomicBitset hold_out_of_each_user(const Ratings& ratings, std::uint64_t seed,
                                   const Workers& workers, const Held& held) {
  AtomicBitset held_out(ratings.size());
  for_each_user(ratings, workers, [&](UserIndex user, Range positions) {
    const auto rated = static_cast<std::uint32_t>(positions.size());
    choose(rated, held(rated), Random(derive_seed(seed, SeedUse::kRatingsOfUser, user)),
           [&](std::uint32_t i) { held_out.insert(positions.begin + i); });
  });
  return held_out;
}

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

void check_fraction(double fraction) {
  if (fraction >= 0.0 && fraction < 1.0) return;
  throw Error(ErrorCode::kBadOption, "the fraction to hold out is " + std::to_string(fraction) +
                                         "; it must be at least 0 and below 1");
}

void check_timestamps(const RatingStore& ratings) {
  if (ratings.has_timestamps()) return;
  throw Error(ErrorCode::kBadOption,
              "a split by time needs timestamps, and these ratings have none; read them with their "
              "timestamp column or choose another split");
}

}  // namespace

SplitResult split_random(RatingStore ratings, double fraction, std::uint64_t seed, int threads) {
  check_fraction(fraction);
  const Workers workers(threads);
  const AtomicBitset held_out = random_positions(ratings.size(), fraction, seed, workers);
  return split_store(std::move(ratings), held_out, workers);
}

SourceSplit split_random(std::shared_ptr<const RatingSource> all, double fraction,
                         std::uint64_t seed, int threads) {
  check_fraction(fraction);
  const Workers workers(threads);
  AtomicBitset held_out = random_positions(all->size(), fraction, seed, workers);
  return split_source(std::move(all), std::move(held_out), workers);
}

SplitResult split_by_user(RatingStore ratings, double fraction, std::uint64_t seed, int threads) {
  check_fraction(fraction);
  const Workers workers(threads);
  const AtomicBitset held_out = hold_out_of_each_user(
      ratings, seed, workers, [&](std::uint32_t rated) { return share_of(rated, fraction); });
  return split_store(std::move(ratings), held_out, workers);
}

SourceSplit split_by_user(std::shared_ptr<const RatingSource> all, double fraction,
                          std::uint64_t seed, int threads) {
  check_fraction(fraction);
  const Workers workers(threads);
  AtomicBitset held_out = hold_out_of_each_user(
      *all, seed, workers, [&](std::uint32_t rated) { return share_of(rated, fraction); });
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
      users.validation, seed, workers,
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
  const AtomicBitset held_out = positions_at(ratings.size(), order, ranks, workers);
  return split_store(std::move(ratings), held_out, workers);
}

SplitResult split_at_time(RatingStore ratings, std::int64_t time, int threads) {
  check_timestamps(ratings);
  const Workers workers(threads);
  const auto timestamps = ratings.parts().timestamps.span();
  AtomicBitset held_out(ratings.size());
  for_each_user(ratings, workers, [&](UserIndex, Range positions) {
    for (std::size_t i = positions.begin; i < positions.end; ++i) {
      if (timestamps[i] >= time) held_out.insert(i);
    }
  });
  return split_store(std::move(ratings), held_out, workers);
}

SplitResult split_last(RatingStore ratings, std::uint32_t count, int threads) {
  check_timestamps(ratings);
  const Workers workers(threads);
  const auto timestamps = ratings.parts().timestamps.span();
  AtomicBitset held_out(ratings.size());
  for_each_user(ratings, workers, [&](UserIndex, Range positions) {
    if (positions.size() < 2) return;
    const auto held =
        static_cast<std::ptrdiff_t>(std::min<std::size_t>(count, positions.size() - 1));
    std::vector<std::size_t> latest(positions.size());
    std::iota(latest.begin(), latest.end(), positions.begin);
    // The positions of a user ascend with the item.
    std::nth_element(latest.begin(), latest.begin() + held, latest.end(),
                     [&](std::size_t a, std::size_t b) {
                       return std::pair(timestamps[a], a) > std::pair(timestamps[b], b);
                     });
    std::for_each_n(latest.begin(), held, [&](std::size_t i) { held_out.insert(i); });
  });
  return split_store(std::move(ratings), held_out, workers);
}

}  // namespace mfpar
