// SPDX-License-Identifier: MIT
#include "train/traced_pairs.hpp"

#include <algorithm>
#include <limits>

#include "base/random.hpp"

namespace mfpar {

std::vector<TracedPair> pairs_of(const RatingStore& ratings) {
  std::vector<TracedPair> pairs;
  pairs.reserve(ratings.size());
  for (UserIndex user = 0; user < ratings.user_count(); ++user) {
    ratings.for_each(ratings.offsets()[user], ratings.offsets()[user + 1],
                     [&](ItemIndex item, float value) {
                       pairs.push_back({user, item, value});
                     });
  }
  return pairs;
}

std::vector<TracedPair> crossed_pairs(const RatingStore& ratings, std::uint64_t seed) {
  constexpr std::uint32_t kPairs = 10'000;
  std::vector<TracedPair> pairs;
  Random random(derive_seed(seed, SeedUse::kTracedPairs));
  const auto positions = [&] {
    return static_cast<std::uint64_t>(random.uniform() * static_cast<double>(ratings.size()));
  };
  const auto offsets = ratings.offsets();
  for (std::uint32_t n = 0; n < kPairs; ++n) {
    const auto after = std::upper_bound(offsets.begin(), offsets.end(), positions());
    pairs.push_back({static_cast<UserIndex>(after - offsets.begin() - 1), ratings.item(positions()),
                     std::numeric_limits<float>::quiet_NaN()});
  }
  return pairs;
}

}  // namespace mfpar
