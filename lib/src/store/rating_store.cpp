// SPDX-License-Identifier: MIT
#include "mfpar/rating_store.hpp"

#include <cassert>
#include <utility>
#include <vector>

#include "base/id_builder.hpp"
#include "base/partition.hpp"
#include "mfpar/error.hpp"

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

RatingStore with_ids(RatingStore ratings, Entity entity, const IdDictionary& ids) {
  RatingStore::Parts parts = std::move(ratings).release();
  const bool of_users = entity == Entity::kUser;
  std::shared_ptr<const IdDictionary>& known = of_users ? parts.users : parts.items;
  IdBuilder all(*known);
  all.merge_from(ids);
  if (all.size() == known->size()) return RatingStore(std::move(parts));
  if (!of_users && !parts.compact.empty() && all.size() > RatingStore::kMaxCompactItems) {
    throw Error(ErrorCode::kBadData, "with those that have no ratings there are " +
                                         std::to_string(all.size()) + " items; at most " +
                                         std::to_string(RatingStore::kMaxCompactItems) +
                                         " are possible: leave out some that nobody rated");
  }
  if (of_users) {
    const auto offsets = parts.offsets.span();
    std::vector<std::uint64_t> extended(offsets.begin(), offsets.end());
    extended.resize(std::size_t{all.size()} + 1, offsets.back());
    parts.offsets = FrozenArray<std::uint64_t>(std::move(extended));
  }
  known = std::make_shared<const IdDictionary>(std::move(all).build());
  return RatingStore(std::move(parts));
}

}  // namespace mfpar
