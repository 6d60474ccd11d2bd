// SPDX-License-Identifier: MIT
#include "mfpar/rating_store.hpp"

#include <cassert>
#include <utility>

#include "base/parallel.hpp"
#include "base/partition.hpp"
#include "store/rating_table_impl.hpp"
#include "store/store_builder.hpp"

namespace mfpar {

RatingStore::RatingStore(Parts parts) : parts_(std::move(parts)) {
  const auto offsets = parts_.offsets.span();
  assert(parts_.users && parts_.items);
  assert(offsets.size() == std::size_t{parts_.users->size()} + 1);
  assert(parts_.compact.empty() || parts_.wide.empty());
  users_ = parts_.users->size();
  items_ = parts_.items->size();
  size_ = offsets.back();
  assert(size_ == parts_.compact.size() + parts_.wide.size());

  // Enough shards for any number of threads to share evenly, whatever it is.
  constexpr std::size_t kShards = 256;
  shards_ = balanced_boundaries(offsets, kShards);
}

RatingStore build_store(RatingTable&& table, const StoreOptions& options) {
  const Workers workers(options.threads);
  RatingTable taken = std::move(table);
  const StoreLabels labels = shuffled_labels(*taken.users(), *taken.items(), options.seed, workers);
  taken.impl().users = nullptr;
  taken.impl().items = nullptr;
  return sort_into_store(std::move(taken.impl().chunks), labels, options.duplicates, workers);
}

}  // namespace mfpar
