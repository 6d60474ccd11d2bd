// SPDX-License-Identifier: MIT
//
// Users and items in random order, for one table or for two that share them.
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/id_builder.hpp"
#include "base/parallel.hpp"
#include "base/partition.hpp"
#include "base/random.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/split.hpp"
#include "store/rating_table_impl.hpp"
#include "store/sort_into_store.hpp"

namespace mfpar {

namespace {

std::vector<std::uint32_t> shuffled_indices(std::uint32_t count, std::uint64_t seed,
                                            const Workers& workers) {
  constexpr std::size_t kPartitions = 64;
  const RandomPermutation permutation(count, seed);
  std::vector<std::uint32_t> indices(count);
  workers.for_each(kPartitions, [&](std::size_t partition) {
    const Range range = even_range(count, kPartitions, partition);
    for (std::size_t i = range.begin; i < range.end; ++i) {
      indices[i] = static_cast<std::uint32_t>(permutation(i));
    }
  });
  return indices;
}

/// What the second table's indices become, by way of the joined dictionary.
std::vector<std::uint32_t> through(const std::vector<std::uint32_t>& joined,
                                   const std::vector<std::uint32_t>& shuffled) {
  std::vector<std::uint32_t> result(joined.size());
  std::transform(joined.begin(), joined.end(), result.begin(),
                 [&](std::uint32_t index) { return shuffled[index]; });
  return result;
}

/// Both stores' pairs of one user ascend by item: a merge finds the common ones.
std::uint64_t common_items(const RatingStore& a, const RatingStore& b, UserIndex user) {
  return a.visit([&](const auto& of_a) {
    return b.visit([&](const auto& of_b) {
      std::uint64_t i = a.offsets()[user];
      std::uint64_t j = b.offsets()[user];
      const std::uint64_t i_end = a.offsets()[user + 1], j_end = b.offsets()[user + 1];
      std::uint64_t common = 0;
      while (i < i_end && j < j_end) {
        const ItemIndex left = of_a.item(i);
        const ItemIndex right = of_b.item(j);
        common += left == right;
        i += left <= right;
        j += right <= left;
      }
      return common;
    });
  });
}

}  // namespace

StoreIndices shuffled(const IdDictionary& users, const IdDictionary& items, std::uint64_t seed,
                      const Workers& workers) {
  StoreIndices indices;
  indices.user_index =
      shuffled_indices(users.size(), derive_seed(seed, SeedUse::kRelabelUsers), workers);
  indices.item_index =
      shuffled_indices(items.size(), derive_seed(seed, SeedUse::kRelabelItems), workers);
  indices.users = std::make_shared<const IdDictionary>(users.relabelled(indices.user_index));
  indices.items = std::make_shared<const IdDictionary>(items.relabelled(indices.item_index));
  return indices;
}

RatingStore build_store(RatingTable&& table, const StoreOptions& options) {
  const Workers workers(options.threads);
  RatingTable taken = std::move(table);
  const StoreIndices indices = shuffled(*taken.users(), *taken.items(), options.seed, workers);
  taken.impl().users = nullptr;
  taken.impl().items = nullptr;
  return sort_into_store(std::move(taken.impl().chunks), indices, options.duplicates, workers);
}

JoinResult build_joined_stores(RatingTable&& training, RatingTable&& validation,
                               const StoreOptions& options) {
  const Workers workers(options.threads);
  RatingTable first = std::move(training);
  RatingTable second = std::move(validation);

  // The first table's ids keep their indices in the joined dictionaries.
  IdBuilder users(*first.users());
  IdBuilder items(*first.items());
  const auto second_users = users.merge_from(*second.users());
  const auto second_items = items.merge_from(*second.items());
  const StoreIndices indices =
      shuffled(std::move(users).build(), std::move(items).build(), options.seed, workers);
  const StoreIndices second_indices{indices.users, indices.items,
                                    through(second_users, indices.user_index),
                                    through(second_items, indices.item_index)};

  JoinResult result;
  result.training =
      sort_into_store(std::move(first.impl().chunks), indices, options.duplicates, workers);
  result.validation =
      sort_into_store(std::move(second.impl().chunks), second_indices, options.duplicates, workers);

  const auto shards = result.training.shard_boundaries();
  std::atomic<std::uint64_t> in_both{0};
  workers.for_each(shards.size() - 1, [&](std::size_t shard) {
    std::uint64_t common = 0;
    for (UserIndex user = shards[shard]; user < shards[shard + 1]; ++user) {
      common += common_items(result.training, result.validation, user);
    }
    in_both.fetch_add(common, std::memory_order_relaxed);
  });
  result.in_both = in_both.load();
  return result;
}

}  // namespace mfpar
