// SPDX-License-Identifier: MIT
#include "mfpar/rating_store.hpp"

#include <cassert>
#include <utility>

#include "base/partition.hpp"

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

}  // namespace mfpar
