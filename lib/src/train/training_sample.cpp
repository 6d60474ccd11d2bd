// SPDX-License-Identifier: MIT
#include "train/training_sample.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/random.hpp"

namespace mfpar {

// Users stand in random order, so a run of them is a random sample of users.
std::optional<RatingStore> sample_users(const RatingSource& ratings, std::uint64_t wanted,
                                        std::uint64_t seed) {
  if (wanted >= ratings.size()) return std::nullopt;
  Random random(derive_seed(seed, SeedUse::kSample));
  const auto first_rating =
      static_cast<std::uint64_t>(random.uniform() * static_cast<double>(ratings.size() - wanted));
  const auto offsets = ratings.offsets();
  const auto row_at = [&](std::uint64_t rating) {
    return std::upper_bound(offsets.begin(), offsets.end(), rating) - offsets.begin() - 1;
  };
  const auto first = static_cast<UserIndex>(row_at(first_rating));
  const auto last = static_cast<UserIndex>(row_at(first_rating + wanted - 1) + 1);

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
