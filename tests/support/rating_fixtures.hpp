// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/rating_table.hpp"

namespace mfpar::tests {

/// A store of literal ratings; ids are the numbers.
inline RatingStore store_of(const std::vector<Rating>& ratings, std::uint64_t seed = 1) {
  RatingTable table;
  for (const Rating& r : ratings) {
    table.add(std::to_string(r.user), std::to_string(r.item), r.value, r.timestamp);
  }
  return build_store(std::move(table), {.seed = seed});
}

struct RandomRatings {
  std::uint32_t users = 60;
  std::uint32_t items = 40;
  double density = 0.4;
  bool half_stars = true;  ///< else more distinct values than a compact store takes
  bool labels = false;     ///< 1 for ratings above 3, 0 for the others
  std::uint64_t seed = 5;
};

/// Ratings with a planted structure (user and item effects and a rank-1 interaction) and noise.
inline RatingStore random_store(const RandomRatings& shape = {}) {
  Random random(shape.seed);
  std::vector<double> user_taste(shape.users), item_trait(shape.items), item_bias(shape.items);
  for (auto& x : user_taste) x = random.normal();
  for (auto& x : item_trait) x = random.normal();
  for (auto& x : item_bias) x = 0.5 * random.normal();
  std::vector<Rating> ratings;
  for (std::uint32_t u = 0; u < shape.users; ++u) {
    for (std::uint32_t i = 0; i < shape.items; ++i) {
      if (random.uniform() >= shape.density) continue;
      double value =
          3.0 + item_bias[i] + 0.8 * user_taste[u] * item_trait[i] + 0.3 * random.normal();
      if (shape.half_stars) value = std::round(std::clamp(value, 0.5, 5.0) * 2) / 2;
      if (shape.labels) value = value > 3.0 ? 1.0 : 0.0;
      ratings.push_back({u, i, static_cast<float>(value), 0});
    }
  }
  return store_of(ratings, shape.seed);
}

}  // namespace mfpar::tests
