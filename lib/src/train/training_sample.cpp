// SPDX-License-Identifier: MIT
#include "train/training_sample.hpp"

#include <algorithm>
#include <vector>

#include "base/random.hpp"

namespace mfpar {

namespace {

template <class Entry>
FrozenArray<Entry> part_of(const FrozenArray<Entry>& all, std::uint64_t begin, std::uint64_t end) {
  if (all.empty()) return {};
  return FrozenArray<Entry>(std::vector<Entry>(all.begin() + begin, all.begin() + end));
}

}  // namespace

// Users stand in random order, so a run of them is a random sample of users.
std::optional<RatingStore> sample_users(const RatingStore& ratings, std::uint64_t wanted,
                                        std::uint64_t seed) {
  if (wanted >= ratings.size()) return std::nullopt;
  Random random(derive_seed(seed, SeedUse::kSample));
  const auto first_rating =
      static_cast<std::uint64_t>(random.uniform() * static_cast<double>(ratings.size() - wanted));
  const auto offsets = ratings.offsets();
  const auto row_at = [&](std::uint64_t rating) {
    return std::upper_bound(offsets.begin(), offsets.end(), rating) - offsets.begin() - 1;
  };
  const std::uint64_t begin = offsets[row_at(first_rating)];
  const std::uint64_t end = offsets[row_at(first_rating + wanted - 1) + 1];

  RatingStore::Parts parts = ratings.parts();
  std::vector<std::uint64_t> own_offsets;
  for (const std::uint64_t offset : offsets) {
    own_offsets.push_back(std::clamp(offset, begin, end) - begin);
  }
  parts.offsets = FrozenArray<std::uint64_t>(std::move(own_offsets));
  parts.compact = part_of(parts.compact, begin, end);
  parts.wide = part_of(parts.wide, begin, end);
  parts.timestamps = {};
  return RatingStore(std::move(parts));
}

}  // namespace mfpar
