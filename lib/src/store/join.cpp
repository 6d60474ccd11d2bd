// SPDX-License-Identifier: MIT
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/id_builder.hpp"
#include "base/parallel.hpp"
#include "mfpar/split.hpp"
#include "store/rating_table_impl.hpp"
#include "store/store_builder.hpp"
#include "store/store_labels.hpp"

namespace mfpar {

namespace {

/// Both stores' pairs of one user ascend by item: a merge finds the common ones.
std::uint64_t common_items(const RatingStore& a, const RatingStore& b, UserIndex user) {
  std::uint64_t i = a.offsets()[user];
  std::uint64_t j = b.offsets()[user];
  std::uint64_t common = 0;
  while (i < a.offsets()[user + 1] && j < b.offsets()[user + 1]) {
    const ItemIndex left = a.item(i);
    const ItemIndex right = b.item(j);
    common += left == right;
    i += left <= right;
    j += right <= left;
  }
  return common;
}

/// What the second table's indices become, by way of the joined dictionary.
std::vector<std::uint32_t> through(const std::vector<std::uint32_t>& joined,
                                   const std::vector<std::uint32_t>& label) {
  std::vector<std::uint32_t> result(joined.size());
  std::transform(joined.begin(), joined.end(), result.begin(),
                 [&](std::uint32_t index) { return label[index]; });
  return result;
}

}  // namespace

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
  const StoreLabels labels =
      shuffled_labels(std::move(users).build(), std::move(items).build(), options.seed, workers);
  const StoreLabels second_labels{labels.users, labels.items,
                                  through(second_users, labels.user_index),
                                  through(second_items, labels.item_index)};

  JoinResult result;
  result.training =
      sort_into_store(std::move(first.impl().chunks), labels, options.duplicates, workers);
  result.validation =
      sort_into_store(std::move(second.impl().chunks), second_labels, options.duplicates, workers);

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
