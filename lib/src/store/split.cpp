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
#include "mfpar/error.hpp"
#include "store/position_set.hpp"

namespace mfpar {

namespace {

Range positions_of(const RatingStore& ratings, std::size_t shard) {
  const auto shards = ratings.shard_boundaries();
  return {ratings.offsets()[shards[shard]], ratings.offsets()[shards[shard + 1]]};
}

/// What is to be held out of a store, and where the ratings of each part go.
struct Cut {
  const PositionSet& held_out;
  std::vector<Range> shards;  ///< the positions of each
  std::vector<std::uint64_t> training_offsets;
  std::vector<std::uint64_t> validation_offsets;
  std::vector<std::uint64_t> training_starts;  ///< of each shard
  std::vector<std::uint64_t> validation_starts;
};

Cut cut(const RatingStore& ratings, const PositionSet& held_out, const Workers& workers) {
  const auto shards = ratings.shard_boundaries();
  const auto offsets = ratings.offsets();
  Cut cut{held_out, {}, {}, {}, {}, {}};
  cut.training_offsets.resize(offsets.size());
  cut.validation_offsets.resize(offsets.size());
  workers.for_each(shards.size() - 1, [&](std::size_t shard) {
    for (UserIndex user = shards[shard]; user < shards[shard + 1]; ++user) {
      const Range positions{offsets[user], offsets[user + 1]};
      cut.validation_offsets[user + 1] = held_out.count(positions);
      cut.training_offsets[user + 1] = positions.size() - cut.validation_offsets[user + 1];
    }
  });
  for (auto* part : {&cut.training_offsets, &cut.validation_offsets}) {
    std::partial_sum(part->begin(), part->end(), part->begin());
  }
  for (std::size_t shard = 0; shard + 1 < shards.size(); ++shard) {
    cut.shards.push_back(positions_of(ratings, shard));
    cut.training_starts.push_back(cut.training_offsets[shards[shard]]);
    cut.validation_starts.push_back(cut.validation_offsets[shards[shard]]);
  }
  return cut;
}

/// The elements of `all` that are held out, or the others, in memory of their own.
template <class T>
FrozenArray<T> pick(const FrozenArray<T>& all, const Cut& cut, bool held_out,
                    const Workers& workers) {
  const auto& starts = held_out ? cut.validation_starts : cut.training_starts;
  const std::size_t size = (held_out ? cut.validation_offsets : cut.training_offsets).back();
  SystemArray<T> picked(size);
  picked.prefer_large_pages();
  workers.for_each(cut.shards.size(), [&](std::size_t shard) {
    T* to = picked.span().data() + starts[shard];
    cut.held_out.for_each(cut.shards[shard], held_out,
                          [&](std::size_t position) { *to++ = all[position]; });
  });
  return std::move(picked).freeze(size);
}

/// The elements of `all` that are not held out, moved together in its own memory.
template <class T>
FrozenArray<T> keep_in_place(FrozenArray<T> all, const Cut& cut, const Workers& workers) {
  ThawedArray<T> kept = std::move(all).thaw();
  T* const elements = kept.span.data();
  workers.for_each(cut.shards.size(), [&](std::size_t shard) {
    T* to = elements + cut.shards[shard].begin;
    cut.held_out.for_each(cut.shards[shard], false,
                          [&](std::size_t position) { *to++ = elements[position]; });
  });
  const std::size_t size = cut.training_offsets.back();
  for (std::size_t shard = 0; shard < cut.shards.size(); ++shard) {
    const std::size_t begin = cut.training_starts[shard];
    const std::size_t end = shard + 1 < cut.shards.size() ? cut.training_starts[shard + 1] : size;
    std::copy_n(elements + cut.shards[shard].begin, end - begin, elements + begin);
  }
  return FrozenArray<T>(std::move(kept.owner), kept.span.first(size), true);
}

/// The parts of the two stores to be.
struct TwoParts {
  /// Takes one of the arrays of `all` apart, in its own memory where nobody else holds it.
  template <class T>
  void take(FrozenArray<T> RatingStore::Parts::*array, RatingStore::Parts& all, const Cut& cut,
            const Workers& workers) {
    FrozenArray<T>& elements = all.*array;
    if (elements.empty()) return;
    validation.*array = pick(elements, cut, true, workers);
    training.*array = elements.thaws_in_place() ? keep_in_place(std::move(elements), cut, workers)
                                                : pick(elements, cut, false, workers);
  }

  RatingStore::Parts training;
  RatingStore::Parts validation;
};

/// Splits in two passes over the shards: count, then copy. Beside the two parts it needs a bit a
/// rating.
SplitResult split_by(RatingStore ratings, const PositionSet& held_out, const Workers& workers) {
  if (ratings.offsets().empty()) return {};  // no store at all
  Cut parts_of = cut(ratings, held_out, workers);
  RatingStore::Parts all = std::move(ratings).release();
  TwoParts parts;
  parts.take(&RatingStore::Parts::compact, all, parts_of, workers);
  parts.take(&RatingStore::Parts::wide, all, parts_of, workers);
  parts.take(&RatingStore::Parts::timestamps, all, parts_of, workers);
  for (RatingStore::Parts* part : {&parts.training, &parts.validation}) {
    part->users = all.users;
    part->items = all.items;
    part->values = all.values;
  }
  parts.training.offsets = FrozenArray<std::uint64_t>(std::move(parts_of.training_offsets));
  parts.validation.offsets = FrozenArray<std::uint64_t>(std::move(parts_of.validation_offsets));
  return {RatingStore(std::move(parts.training)), RatingStore(std::move(parts.validation))};
}

/// Holds out the ratings that a random order of all ratings has at `ranks`.
SplitResult split_by_rank(RatingStore ratings, const RandomPermutation& order, Range ranks,
                          const Workers& workers) {
  constexpr std::size_t kParts = 256;
  PositionSet held_out(ratings.size());
  workers.for_each(kParts, [&](std::size_t part) {
    const Range range = even_range(ranks.size(), kParts, part);
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
  PositionSet held_out(ratings.size());
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
  return split_by(std::move(ratings), held_out, workers);
}

}  // namespace mfpar
