// SPDX-License-Identifier: MIT
#include "synthetic/user_activity.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "base/random.hpp"
#include "synthetic/synthetic_options.hpp"

namespace mfpar {

namespace {

/// Of the logarithm of a user's number of ratings. MovieLens 1M and the Netflix prize, whose means
/// are 1.7 and 2.2 times their medians, have 1.0 and 1.3.
constexpr double kSpread = 1.1;

constexpr std::uint64_t kMostMinimum = 20;

/// floor(scale * weight), at most `most`.
std::uint64_t share(double scale, double weight, std::uint64_t most) {
  const double share = scale * weight;
  return share < static_cast<double>(most) ? static_cast<std::uint64_t>(share) : most;
}

/// Deals `total` in proportion to the weights, rounded down, at most `most` each; what rounding
/// leaves goes to the first that can take it.
std::vector<std::uint64_t> deal(const std::vector<double>& weights, std::uint64_t total,
                                std::uint64_t most) {
  assert(total <= most * weights.size());
  const auto dealt = [&](double scale) {
    std::uint64_t sum = 0;
    for (const double weight : weights) sum += share(scale, weight, most);
    return sum;
  };
  double low = 0.0, high = 1.0;
  while (dealt(high) < total) high *= 2.0;
  for (int halving = 0; halving < 60; ++halving) {
    const double middle = 0.5 * (low + high);
    (dealt(middle) <= total ? low : high) = middle;
  }
  std::vector<std::uint64_t> shares(weights.size());
  for (std::size_t i = 0; i < shares.size(); ++i) shares[i] = share(low, weights[i], most);
  std::uint64_t left = total - std::accumulate(shares.begin(), shares.end(), std::uint64_t{0});
  while (left > 0) {
    for (std::size_t i = 0; i < shares.size() && left > 0; ++i) {
      if (shares[i] == most) continue;
      ++shares[i];
      --left;
    }
  }
  return shares;
}

}  // namespace

std::vector<std::uint64_t> draw_user_offsets(const SyntheticOptions& options) {
  Random random(derive_seed(options.seed, SeedUse::kSynthetic, SyntheticUse::kUserActivity));
  std::vector<double> weights(options.users);
  for (double& weight : weights) weight = std::exp(kSpread * random.normal());
  const std::uint64_t mean = options.ratings / options.users;
  const std::uint64_t minimum = std::min({(mean + 3) / 4, kMostMinimum});
  const auto beyond =
      deal(weights, options.ratings - minimum * options.users, options.items - minimum);
  std::vector<std::uint64_t> offsets{0};
  offsets.reserve(beyond.size() + 1);
  for (const std::uint64_t count : beyond) offsets.push_back(offsets.back() + minimum + count);
  return offsets;
}

}  // namespace mfpar
