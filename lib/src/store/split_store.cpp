// SPDX-License-Identifier: MIT
#include "store/split_store.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "base/system_array.hpp"

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
  auto& training = plan.offsets[0];
  auto& validation = plan.offsets[1];
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

}  // namespace

SplitResult split_store(RatingStore ratings, const AtomicBitset& held_out, const Workers& workers) {
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

}  // namespace mfpar
