// SPDX-License-Identifier: MIT
//
// Ratings with few values whose users use them each in a way of their own.
#pragma once

#include <algorithm>
#include <vector>

#include "mfpar/train.hpp"
#include "rating_fixtures.hpp"

namespace mfpar::tests {

struct OrdinalRatings {
  std::uint32_t users = 120;
  std::uint32_t items = 80;
  double density = 0.4;
  std::vector<double> cutpoints = {-1.2, -0.5, 0.1, 0.9};  ///< of latent ratings
  std::uint64_t seed = 3;
};

/// Values 1, 2, ...: latent ratings of rank 1 and variance 1 between cutpoints, which each user has
/// drawn apart or together, and moved.
inline RatingStore ordinal_store(const OrdinalRatings& shape = {}) {
  Random random(shape.seed);
  std::vector<double> taste(shape.users), spread(shape.users), shift(shape.users);
  std::vector<double> trait(shape.items), quality(shape.items);
  for (auto& x : taste) x = random.normal();
  for (auto& x : spread) x = 0.5 + random.uniform();
  for (auto& x : shift) x = 0.4 * random.normal();
  for (auto& x : trait) x = random.normal();
  for (auto& x : quality) x = random.normal();
  std::vector<Rating> ratings;
  for (std::uint32_t u = 0; u < shape.users; ++u) {
    for (std::uint32_t i = 0; i < shape.items; ++i) {
      if (random.uniform() >= shape.density) continue;
      const double latent = 0.5 * quality[i] + 0.55 * taste[u] * trait[i] + 0.67 * random.normal();
      const auto below = std::ranges::count_if(
          shape.cutpoints, [&](double c) { return spread[u] * c + shift[u] < latent; });
      ratings.push_back({u, i, static_cast<float>(1 + below), 0});
    }
  }
  return store_of(ratings, shape.seed);
}

inline TrainOptions ordinal_options(int samples = 60, int burn_in = 20) {
  TrainOptions options = default_options(Method::kGibbs);
  options.rank = 3;
  options.threads = 2;
  options.gibbs.samples = samples;
  options.gibbs.burn_in = burn_in;
  options.gibbs.monte_carlo_error = 0.0;
  options.gibbs.likelihood = Likelihood::kOrdinal;
  return options;
}

}  // namespace mfpar::tests
