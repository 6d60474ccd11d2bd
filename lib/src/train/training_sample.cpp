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
std::optional<RatingStore> sample_users(const RatingStore& ratings,
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
  const std::uint64_t begin = offsets[user_of(first_rating)];
  const std::uint64_t end = offsets[user_of(first_rating + wanted - 1) + 1];

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
