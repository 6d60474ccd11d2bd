// SPDX-License-Identifier: MIT
#include "mfpar/split.hpp"

#include <algorithm>
#include <array>
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
#include "mfpar/error.hpp"
#include "store/atomic_bitset.hpp"

namespace mfpar {

namespace {

Range positions_of(const RatingStore& ratings, std::size_t shard) {
  const auto shards = ratings.shard_boundaries();
  return {ratings.offsets()[shards[shard]], ratings.offsets()[shards[shard + 1]]};
}

/// Where the ratings of a store go. Of two, the first is for training and the second for
/// validation.
struct SplitPlan {
  const AtomicBitset& held_out;
  std::vector<Range> shards;                               ///< the positions of each now
  std::array<std::vector<std::uint64_t>, 2> offsets;       ///< users + 1 positions
  std::array<std::vector<std::uint64_t>, 2> shard_starts;  ///< shards + 1 positions
};

SplitPlan plan_split(const RatingStore& ratings, const AtomicBitset& held_out,
                     const Workers& workers) {
  const auto shards = ratings.shard_boundaries();
  const auto offsets = ratings.offsets();
  SplitPlan plan{held_out, {}, {}, {}};
  auto& [training, validation] = plan.offsets;
  for (auto& of_users : plan.offsets) of_users.resize(offsets.size());
  workers.for_each(shards.size() - 1, [&](std::size_t shard) {
    for (UserIndex user = shards[shard]; user < shards[shard + 1]; ++user) {
      const Range positions{offsets[user], offsets[user + 1]};
      validation[user + 1] = held_out.count(positions);
      training[user + 1] = positions.size() - validation[user + 1];
    }
  });
  for (std::size_t shard = 0; shard + 1 < shards.size(); ++shard) {
    plan.shards.push_back(positions_of(ratings, shard));
  }
  for (std::size_t part = 0; part < 2; ++part) {
    auto& of_users = plan.offsets[part];
    std::partial_sum(of_users.begin(), of_users.end(), of_users.begin());
    for (const UserIndex user : shards) plan.shard_starts[part].push_back(of_users[user]);
  }
  return plan;
}

/// The elements of `all` that are held out, or the others, in memory of their own.
template <class T>
FrozenArray<T> copy_part(const FrozenArray<T>& all, bool held_out, const SplitPlan& plan,
                         const Workers& workers) {
  const auto& starts = plan.shard_starts[held_out];
  SystemArray<T> part(starts.back());
  part.prefer_large_pages();
  workers.for_each(plan.shards.size(), [&](std::size_t shard) {
    T* to = part.span().data() + starts[shard];
    plan.held_out.for_each(plan.shards[shard], held_out,
                           [&](std::size_t position) { *to++ = all[position]; });
  });
  return std::move(part).freeze(starts.back());
}

/// The elements of `all` that are not held out, moved together in its own memory.
template <class T>
FrozenArray<T> keep_in_place(FrozenArray<T> all, const SplitPlan& plan, const Workers& workers) {
  ThawedArray<T> kept = std::move(all).thaw();
  T* const elements = kept.span.data();
  workers.for_each(plan.shards.size(), [&](std::size_t shard) {
    T* to = elements + plan.shards[shard].begin;
    plan.held_out.for_each(plan.shards[shard], false,
                           [&](std::size_t position) { *to++ = elements[position]; });
  });
  const auto& starts = plan.shard_starts[0];
  for (std::size_t shard = 0; shard < plan.shards.size(); ++shard) {
    std::copy_n(elements + plan.shards[shard].begin, starts[shard + 1] - starts[shard],
                elements + starts[shard]);
  }
  return FrozenArray<T>(std::move(kept.owner), kept.span.first(starts.back()), true);
}

/// Splits one of the arrays of `all`, in its own memory where nobody else holds it.
template <class T>
void split_array(FrozenArray<T> RatingStore::Parts::*array, RatingStore::Parts& all,
                 std::array<RatingStore::Parts, 2>& parts, const SplitPlan& plan,
                 const Workers& workers) {
  FrozenArray<T>& elements = all.*array;
  if (elements.empty()) return;
  parts[1].*array = copy_part(elements, true, plan, workers);
  parts[0].*array = elements.thaws_in_place() ? keep_in_place(std::move(elements), plan, workers)
                                              : copy_part(elements, false, plan, workers);
}

/// Splits in two passes over the shards: count, then copy. Beside the two stores it needs a bit a
/// rating.
SplitResult split_by(RatingStore ratings, const AtomicBitset& held_out, const Workers& workers) {
  if (ratings.offsets().empty()) return {};  // no store at all
  SplitPlan plan = plan_split(ratings, held_out, workers);
  RatingStore::Parts all = std::move(ratings).release();
  std::array<RatingStore::Parts, 2> parts;
  split_array(&RatingStore::Parts::compact, all, parts, plan, workers);
  split_array(&RatingStore::Parts::wide, all, parts, plan, workers);
  split_array(&RatingStore::Parts::timestamps, all, parts, plan, workers);
  for (std::size_t part = 0; part < 2; ++part) {
    parts[part].users = all.users;
    parts[part].items = all.items;
    parts[part].values = all.values;
    parts[part].offsets = FrozenArray<std::uint64_t>(std::move(plan.offsets[part]));
  }
  return {RatingStore(std::move(parts[0])), RatingStore(std::move(parts[1]))};
}

/// Holds out the ratings that a random order of all ratings has at `ranks`.
SplitResult split_by_rank(RatingStore ratings, const RandomPermutation& order, Range ranks,
                          const Workers& workers) {
  constexpr std::size_t kPartitions = 256;
  AtomicBitset held_out(ratings.size());
  workers.for_each(kPartitions, [&](std::size_t partition) {
    const Range range = even_range(ranks.size(), kPartitions, partition);
    for (std::size_t i = range.begin; i < range.end; ++i) held_out.insert(order(ranks.begin + i));
  });
  return split_by(std::move(ratings), held_out, workers);
}

void check_timestamps(const RatingStore& ratings) {
  if (ratings.has_timestamps()) return;
  throw Error(ErrorCode::kBadOption,
              "a split by time needs timestamps, and these ratings have none; read them with their "
              "timestamp column or choose another split");
}

}  // namespace

SplitResult split_random(RatingStore ratings, double fraction, std::uint64_t seed, int threads) {
  if (!(fraction >= 0.0 && fraction < 1.0)) {
    throw Error(ErrorCode::kBadOption, "the fraction to hold out is " + std::to_string(fraction) +
                                           "; it must be at least 0 and below 1");
  }
  const auto size = static_cast<double>(ratings.size());
  const auto count = static_cast<std::size_t>(std::llround(fraction * size));
  const RandomPermutation order(ratings.size(), derive_seed(seed, SeedUse::kSplit));
  return split_by_rank(std::move(ratings), order, {0, count}, Workers(threads));
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
  return split_by_rank(std::move(ratings), order, ranks, Workers(threads));
}

SplitResult split_at_time(RatingStore ratings, std::int64_t time, int threads) {
  check_timestamps(ratings);
  const Workers workers(threads);
  const auto timestamps = ratings.parts().timestamps.span();
  AtomicBitset held_out(ratings.size());
  workers.for_each(ratings.shard_boundaries().size() - 1, [&](std::size_t shard) {
    const Range positions = positions_of(ratings, shard);
    for (std::size_t i = positions.begin; i < positions.end; ++i) {
      if (timestamps[i] >= time) held_out.insert(i);
    }
  });
  return split_by(std::move(ratings), held_out, workers);
}

SplitResult split_last(RatingStore ratings, std::uint32_t count, int threads) {
  check_timestamps(ratings);
  const Workers workers(threads);
  const auto timestamps = ratings.parts().timestamps.span();
  const auto offsets = ratings.offsets();
  const auto shards = ratings.shard_boundaries();
  AtomicBitset held_out(ratings.size());
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
  return split_by(std::move(ratings), held_out, workers);
}

}  // namespace mfpar
