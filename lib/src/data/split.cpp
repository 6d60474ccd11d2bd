// SPDX-License-Identifier: MIT
#include "mfpar/split.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/parallel.hpp"
#include "base/partition.hpp"
#include "base/random.hpp"
#include "base/system_array.hpp"
#include "data/position_set.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

Range positions_of(const RatingStore& ratings, std::size_t shard) {
  const auto shards = ratings.shard_boundaries();
  return {ratings.offsets()[shards[shard]], ratings.offsets()[shards[shard + 1]]};
}

/// The elements of `all` whose positions are in `held_out`, or the others, user by user; none of
/// none.
template <class T>
FrozenArray<T> pick(const RatingStore& ratings, const FrozenArray<T>& all,
                    const PositionSet& held_out, bool members,
                    std::span<const std::uint64_t> offsets, const Workers& workers) {
  if (all.empty()) return {};
  SystemArray<T> picked(offsets.back());
  picked.prefer_large_pages();
  const auto shards = ratings.shard_boundaries();
  workers.for_each(shards.size() - 1, [&](std::size_t shard) {
    const T* const from = all.data();
    T* to = picked.span().data() + offsets[shards[shard]];
    held_out.for_each(positions_of(ratings, shard), members,
                      [&](std::size_t position) { *to++ = from[position]; });
  });
  return std::move(picked).freeze(offsets.back());
}

/// The ratings at the positions of `held_out`, or the others, as a store of their own. `offsets`
/// begins as the number of ratings of user u at [u + 1].
RatingStore part(const RatingStore& ratings, const PositionSet& held_out, bool members,
                 std::vector<std::uint64_t> offsets, const Workers& workers) {
  std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
  const RatingStore::Parts& all = ratings.parts();
  RatingStore::Parts parts;
  parts.users = all.users;
  parts.items = all.items;
  parts.compact = pick(ratings, all.compact, held_out, members, offsets, workers);
  parts.values = all.values;
  parts.wide = pick(ratings, all.wide, held_out, members, offsets, workers);
  parts.timestamps = pick(ratings, all.timestamps, held_out, members, offsets, workers);
  parts.offsets = FrozenArray<std::uint64_t>(std::move(offsets));
  return RatingStore(std::move(parts));
}

/// Splits in two passes over the shards: count, then copy. Beside the two parts it needs a bit a
/// rating.
SplitResult split_by(const RatingStore& ratings, const PositionSet& held_out,
                     const Workers& workers) {
  const auto shards = ratings.shard_boundaries();
  const auto offsets = ratings.offsets();
  if (offsets.empty()) return {};  // no store at all
  std::vector<std::uint64_t> training(offsets.size());
  std::vector<std::uint64_t> validation(offsets.size());
  workers.for_each(shards.size() - 1, [&](std::size_t shard) {
    for (UserIndex user = shards[shard]; user < shards[shard + 1]; ++user) {
      const Range positions{offsets[user], offsets[user + 1]};
      validation[user + 1] = held_out.count(positions);
      training[user + 1] = positions.size() - validation[user + 1];
    }
  });
  return {part(ratings, held_out, false, std::move(training), workers),
          part(ratings, held_out, true, std::move(validation), workers)};
}

/// Holds out the ratings that a random order of all ratings has at `ranks`.
SplitResult split_by_rank(const RatingStore& ratings, const RandomPermutation& order, Range ranks,
                          const Workers& workers) {
  constexpr std::size_t kParts = 256;
  PositionSet held_out(ratings.size());
  workers.for_each(kParts, [&](std::size_t part) {
    const Range range = even_range(ranks.size(), kParts, part);
    for (std::size_t i = range.begin; i < range.end; ++i) held_out.insert(order(ranks.begin + i));
  });
  return split_by(ratings, held_out, workers);
}

void check_timestamps(const RatingStore& ratings) {
  if (ratings.has_timestamps()) return;
  throw Error(ErrorCode::kBadOption,
              "a split by time needs timestamps, and these ratings have none; read them with their "
              "timestamp column or choose another split");
}

}  // namespace

SplitResult split_random(const RatingStore& ratings, double fraction, std::uint64_t seed,
                         int threads) {
  if (!(fraction >= 0.0 && fraction < 1.0)) {
    throw Error(ErrorCode::kBadOption, "the fraction to hold out is " + std::to_string(fraction) +
                                           "; it must be at least 0 and below 1");
  }
  const auto size = static_cast<double>(ratings.size());
  const auto count = static_cast<std::size_t>(std::llround(fraction * size));
  const RandomPermutation order(ratings.size(), derive_seed(seed, SeedUse::kSplit));
  return split_by_rank(ratings, order, {0, count}, Workers(threads));
}

SplitResult split_fold(const RatingStore& ratings, std::uint32_t folds, std::uint32_t fold,
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
  return split_by_rank(ratings, order, even_range(ratings.size(), folds, fold), Workers(threads));
}

SplitResult split_at_time(const RatingStore& ratings, std::int64_t time, int threads) {
  check_timestamps(ratings);
  const Workers workers(threads);
  const auto timestamps = ratings.parts().timestamps.span();
  PositionSet held_out(ratings.size());
  workers.for_each(ratings.shard_boundaries().size() - 1, [&](std::size_t shard) {
    const Range positions = positions_of(ratings, shard);
    for (std::size_t i = positions.begin; i < positions.end; ++i) {
      if (timestamps[i] >= time) held_out.insert(i);
    }
  });
  return split_by(ratings, held_out, workers);
}

SplitResult split_last(const RatingStore& ratings, std::uint32_t count, int threads) {
  check_timestamps(ratings);
  const Workers workers(threads);
  const auto timestamps = ratings.parts().timestamps.span();
  const auto offsets = ratings.offsets();
  const auto shards = ratings.shard_boundaries();
  PositionSet held_out(ratings.size());
  workers.for_each(shards.size() - 1, [&](std::size_t shard) {
    std::vector<std::uint64_t> latest;
    for (UserIndex user = shards[shard]; user < shards[shard + 1]; ++user) {
      const std::uint64_t rated = offsets[user + 1] - offsets[user];
      if (rated < 2) continue;
      const auto held = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(count, rated - 1));
      latest.resize(rated);
      std::iota(latest.begin(), latest.end(), offsets[user]);
      // The positions of a user ascend with the item.
      std::nth_element(latest.begin(), latest.begin() + held, latest.end(),
                       [&](std::uint64_t a, std::uint64_t b) {
                         return std::pair(timestamps[a], a) > std::pair(timestamps[b], b);
                       });
      std::for_each_n(latest.begin(), held, [&](std::uint64_t i) { held_out.insert(i); });
    }
  });
  return split_by(ratings, held_out, workers);
}

}  // namespace mfpar
