// SPDX-License-Identifier: MIT
#include "mfpar/split.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
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

namespace mfpar {

namespace {

/// Marks which ratings at `positions` are held out; held_out[i] is the one at positions.begin + i.
using Select = std::function<void(Range positions, std::vector<bool>& held_out)>;

/// The elements of `all` whose flag is `wanted`, user by user; empty if `all` is.
template <class T>
FrozenArray<T> pick(const RatingStore& ratings, const FrozenArray<T>& all,
                    std::span<const std::vector<bool>> held_out, bool wanted,
                    std::span<const std::uint64_t> offsets, const Workers& workers) {
  if (all.empty()) return {};
  SystemArray<T> picked(offsets.back());
  picked.prefer_large_pages();
  const auto shards = ratings.shard_boundaries();
  workers.for_each(held_out.size(), [&](std::size_t shard) {
    const T* from = all.data() + ratings.offsets()[shards[shard]];
    T* to = picked.span().data() + offsets[shards[shard]];
    for (const bool held : held_out[shard]) {
      if (held == wanted) *to++ = *from;
      ++from;
    }
  });
  return std::move(picked).freeze(offsets.back());
}

/// The ratings whose flag is `wanted`, as a store of their own.
RatingStore part(const RatingStore& ratings, std::span<const std::vector<bool>> held_out,
                 bool wanted, std::vector<std::uint64_t> offsets, const Workers& workers) {
  std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
  const RatingStore::Parts& all = ratings.parts();
  RatingStore::Parts parts;
  parts.users = all.users;
  parts.items = all.items;
  parts.compact = pick(ratings, all.compact, held_out, wanted, offsets, workers);
  parts.values = all.values;
  parts.wide = pick(ratings, all.wide, held_out, wanted, offsets, workers);
  parts.timestamps = pick(ratings, all.timestamps, held_out, wanted, offsets, workers);
  parts.offsets = FrozenArray<std::uint64_t>(std::move(offsets));
  return RatingStore(std::move(parts));
}

/// Splits by a selection, in two passes over the shards: mark and count, then copy. Beside the two
/// parts it needs a bit a rating.
SplitResult split_by(const RatingStore& ratings, const Workers& workers, const Select& select) {
  const auto shards = ratings.shard_boundaries();
  const auto offsets = ratings.offsets();
  if (offsets.empty()) return {};  // no store at all
  std::vector<std::uint64_t> training(offsets.size());
  std::vector<std::uint64_t> validation(offsets.size());
  std::vector<std::vector<bool>> held_out(shards.size() - 1);
  workers.for_each(held_out.size(), [&](std::size_t shard) {
    const Range positions{offsets[shards[shard]], offsets[shards[shard + 1]]};
    auto& held = held_out[shard];
    held.resize(positions.size());
    select(positions, held);
    for (UserIndex user = shards[shard]; user < shards[shard + 1]; ++user) {
      const auto first = held.begin() + (offsets[user] - positions.begin);
      const auto last = held.begin() + (offsets[user + 1] - positions.begin);
      validation[user + 1] = static_cast<std::uint64_t>(std::count(first, last, true));
      training[user + 1] = offsets[user + 1] - offsets[user] - validation[user + 1];
    }
  });
  return {part(ratings, held_out, false, std::move(training), workers),
          part(ratings, held_out, true, std::move(validation), workers)};
}

/// Holds out the ratings whose rank in a random order lies in `ranks`.
SplitResult split_by_rank(const RatingStore& ratings, const RandomPermutation& order, Range ranks,
                          const Workers& workers) {
  return split_by(ratings, workers, [&](Range positions, std::vector<bool>& held_out) {
    for (std::size_t i = 0; i < held_out.size(); ++i) {
      const std::uint64_t rank = order(positions.begin + i);
      held_out[i] = rank >= ranks.begin && rank < ranks.end;
    }
  });
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
  const auto timestamps = ratings.parts().timestamps.span();
  return split_by(ratings, Workers(threads), [&](Range positions, std::vector<bool>& held_out) {
    for (std::size_t i = 0; i < held_out.size(); ++i) {
      held_out[i] = timestamps[positions.begin + i] >= time;
    }
  });
}

SplitResult split_last(const RatingStore& ratings, std::uint32_t count, int threads) {
  check_timestamps(ratings);
  const auto timestamps = ratings.parts().timestamps.span();
  const auto offsets = ratings.offsets();
  return split_by(ratings, Workers(threads), [&](Range positions, std::vector<bool>& held_out) {
    std::vector<std::uint64_t> latest;
    // The users whose ratings these are; one without ratings has none to hold out.
    auto user = std::lower_bound(offsets.begin(), offsets.end(), positions.begin);
    for (; *user < positions.end; ++user) {
      const std::uint64_t rated = user[1] - user[0];
      if (rated < 2) continue;
      const std::uint64_t held = std::min<std::uint64_t>(count, rated - 1);
      latest.resize(rated);
      std::iota(latest.begin(), latest.end(), user[0]);
      // Positions of a user ascend with the item.
      std::nth_element(latest.begin(), latest.begin() + held, latest.end(),
                       [&](std::uint64_t a, std::uint64_t b) {
                         return std::pair(timestamps[a], a) > std::pair(timestamps[b], b);
                       });
      for (std::uint64_t i = 0; i < held; ++i) held_out[latest[i] - positions.begin] = true;
    }
  });
}

}  // namespace mfpar
