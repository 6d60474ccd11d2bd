// SPDX-License-Identifier: MIT
#include "synthetic/long_tails.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "base/random.hpp"
#include "synthetic/synthetic_options.hpp"

namespace mfpar {

namespace {

/// Standard deviation of the logarithm of a user's number of ratings. MovieLens 1M and the Netflix
/// prize, whose means are 1.7 and 2.2 times their medians, have 1.0 and 1.3.
constexpr double kLogSd = 1.1;

constexpr std::uint64_t kMaxMinimum = 20;

/// floor(scale * weight), at most `max`.
std::uint64_t share(double scale, double weight, std::uint64_t max) {
  const double share = scale * weight;
  return share < static_cast<double>(max) ? static_cast<std::uint64_t>(share) : max;
}

/// Apportions `total` in proportion to the weights, rounded down, at most `max` each; what rounding
/// leaves goes to the first that can take it.
std::vector<std::uint64_t> apportion(const std::vector<double>& weights, std::uint64_t total,
                                     std::uint64_t max) {
  assert(total <= max * weights.size());
  const auto sum_of_shares = [&](double scale) {
    std::uint64_t sum = 0;
    for (const double weight : weights) sum += share(scale, weight, max);
    return sum;
  };
  double low = 0.0, high = 1.0;
  while (sum_of_shares(high) < total) high *= 2.0;
  for (int halving = 0; halving < 60; ++halving) {
    const double middle = 0.5 * (low + high);
    (sum_of_shares(middle) <= total ? low : high) = middle;
  }
  std::vector<std::uint64_t> shares(weights.size());
  for (std::size_t i = 0; i < shares.size(); ++i) shares[i] = share(low, weights[i], max);
  std::uint64_t left = total - std::accumulate(shares.begin(), shares.end(), std::uint64_t{0});
  while (left > 0) {
    for (std::size_t i = 0; i < shares.size() && left > 0; ++i) {
      if (shares[i] == max) continue;
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
  for (double& weight : weights) weight = std::exp(kLogSd * random.normal());
  const std::uint64_t mean = options.ratings / options.users;
  const std::uint64_t minimum = std::min({(mean + 3) / 4, kMaxMinimum});
  const auto beyond =
      apportion(weights, options.ratings - minimum * options.users, options.items - minimum);
  std::vector<std::uint64_t> offsets{0};
  offsets.reserve(beyond.size() + 1);
  for (const std::uint64_t count : beyond) offsets.push_back(offsets.back() + minimum + count);
  return offsets;
}

// An item's place in a random order, from 1, to the power of -exponent.
AliasTable draw_popularity(const SyntheticOptions& options) {
  const RandomPermutation place(
      options.items, derive_seed(options.seed, SeedUse::kSynthetic, SyntheticUse::kItemPopularity));
  std::vector<double> weights(options.items);
  for (std::size_t item = 0; item < weights.size(); ++item) {
    weights[item] = std::pow(static_cast<double>(place(item) + 1), -options.popularity_exponent);
  }
  return AliasTable(std::move(weights));
}

std::span<const ItemIndex> ItemSampler::draw(std::uint64_t count, Random& random) {
  assert(count <= is_drawn_.size());
  drawn_.clear();
  // Drawing again what was drawn before is cheap until a user has most of what is popular.
  const std::uint64_t max_tries = 2 * is_drawn_.size();
  for (std::uint64_t tries = 0; drawn_.size() < count && tries < max_tries; ++tries) {
    const ItemIndex item = popularity_.draw(random);
    if (is_drawn_[item]) continue;
    is_drawn_[item] = true;
    drawn_.push_back(item);
  }
  if (drawn_.size() < count) complete(count, random);
  for (const ItemIndex item : drawn_) is_drawn_[item] = false;
  return drawn_;
}

/// Draws what is missing among the items left, in one pass: each arrives after an exponential time
/// whose rate is its weight, and the first to arrive are taken, which is the same as drawing one by
/// one (Efraimidis, Spirakis 2006).
void ItemSampler::complete(std::uint64_t count, Random& random) {
  arrivals_.clear();
  for (ItemIndex item = 0; item < is_drawn_.size(); ++item) {
    if (is_drawn_[item]) continue;
    arrivals_.emplace_back(-std::log1p(-random.uniform()) / popularity_.weights()[item], item);
  }
  const auto missing = static_cast<std::ptrdiff_t>(count - drawn_.size());
  std::partial_sort(arrivals_.begin(), arrivals_.begin() + missing, arrivals_.end());
  for (auto first = arrivals_.begin(); first != arrivals_.begin() + missing; ++first) {
    drawn_.push_back(first->second);
    is_drawn_[first->second] = true;
  }
}

}  // namespace mfpar
