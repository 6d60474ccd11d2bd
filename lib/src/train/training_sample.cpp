// SPDX-License-Identifier: MIT
#include "train/training_sample.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/random.hpp"

namespace mfpar {

// Users stand in random order, so a run of them is a random sample of users.
std::optional<RatingStore> sample_users(const RatingSource& ratings,
                                        std::span<const std::uint32_t> user_counts,
                                        std::uint64_t wanted, std::uint64_t seed) {
  std::vector<std::uint64_t> all{0};
  for (const std::uint32_t count : user_counts) all.push_back(all.back() + count);
  if (wanted >= all.back()) return std::nullopt;
  Random random(derive_seed(seed, SeedUse::kSample));
  const auto first_rating =
      static_cast<std::uint64_t>(random.uniform() * static_cast<double>(all.back() - wanted));
  const auto user_of = [&](std::uint64_t rating) {
    return std::upper_bound(all.begin(), all.end(), rating) - all.begin() - 1;
  };
  const auto offsets = ratings.offsets();
  const auto first = static_cast<UserIndex>(user_of(first_rating));
  const auto last = static_cast<UserIndex>(user_of(first_rating + wanted - 1) + 1);

  std::vector<std::uint64_t> own_offsets;
  for (const std::uint64_t offset : offsets) {
    own_offsets.push_back(std::clamp(offset, offsets[first], offsets[last]) - offsets[first]);
  }
  std::vector<RatingStore::CompactEntry> compact;
  std::vector<RatingStore::WideEntry> wide;
  ratings.for_each_piece(first, last, [&](const RatingSource::Piece& piece) {
    compact.insert(compact.end(), piece.compact.begin(), piece.compact.end());
    wide.insert(wide.end(), piece.wide.begin(), piece.wide.end());
  });
  RatingStore::Parts parts;
  parts.users = ratings.users();
  parts.items = ratings.items();
  parts.values = ratings.frame().values;
  parts.offsets = FrozenArray<std::uint64_t>(std::move(own_offsets));
  parts.compact = FrozenArray<RatingStore::CompactEntry>(std::move(compact));
  parts.wide = FrozenArray<RatingStore::WideEntry>(std::move(wide));
  return RatingStore(std::move(parts));
}

}  // namespace mfpar
