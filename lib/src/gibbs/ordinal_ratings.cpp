// SPDX-License-Identifier: MIT
#include "gibbs/ordinal_ratings.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "base/partition.hpp"
#include "base/random.hpp"
#include "gibbs/moments.hpp"

namespace mfpar {

namespace {

// A draw is lower + 1 / lower or so, and from here on as good as `lower`.
constexpr double kFarOut = 1e8;

/// Standard normal from `lower`, which is 0 or more, to `upper`.
double truncated_tail(double lower, double upper, RandomDraws& draws) {
  if (lower > kFarOut) return lower;
  const double root = std::sqrt(lower * lower + 4.0);
  const double rate = (lower + root) / 2.0;
  const double narrow =
      std::exp(0.5 + lower * (lower - root) / 4.0) / rate;  // where both ways are as good
  if (upper - lower <= narrow) {
    for (;;) {
      const double x = lower + (upper - lower) * draws.uniform();
      if (draws.uniform() <= std::exp((lower - x) * (lower + x) / 2.0)) return x;
    }
  }
  for (;;) {
    const double x = lower - std::log1p(-draws.uniform()) / rate;
    if (x < upper && draws.uniform() <= std::exp(-(x - rate) * (x - rate) / 2.0)) return x;
  }
}

double truncated_standard(double lower, double upper, RandomDraws& draws) {
  if (std::isnan(lower) || std::isnan(upper)) return std::numeric_limits<double>::quiet_NaN();
  if (lower >= 0.0) return truncated_tail(lower, upper, draws);
  if (upper <= 0.0) return -truncated_tail(-upper, -lower, draws);
  if (upper - lower < std::sqrt(2.0 * std::numbers::pi)) {
    for (;;) {
      const double x = lower + (upper - lower) * draws.uniform();
      if (draws.uniform() <= std::exp(-x * x / 2.0)) return x;
    }
  }
  for (;;) {
    const double x = draws.normal();
    if (x > lower && x < upper) return x;
  }
}

}  // namespace

double truncated_normal(double mean, double deviation, double lower, double upper,
                        RandomDraws& draws) {
  return mean + deviation * truncated_standard((lower - mean) / deviation,
                                               (upper - mean) / deviation, draws);
}

double draw_latent(const OrdinalLink& link, std::uint32_t user, std::size_t position, double score,
                   double deviation, RandomDraws& draws) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::size_t count = link.values.size() - 1;
  const float* const cutpoints = link.cutpoints.data() + user * count;
  return truncated_normal(score, deviation,
                          position > 0 ? double{cutpoints[position - 1]} : -kInfinity,
                          position < count ? double{cutpoints[position]} : kInfinity, draws);
}

std::vector<double> latent_squared_errors(const RatingsByRow& by_user, const OrdinalLink& link,
                                          const FactorRows& users, const FactorRows& items,
                                          double noise_precision,
                                          std::span<const float> user_weights, std::uint64_t seed,
                                          const Workers& workers) {
  constexpr std::size_t kPartitions = 64;
  std::vector<double> sums(users.count);
  const std::vector<std::uint32_t> cuts = balanced_boundaries(by_user.who.offsets, kPartitions);
  workers.for_each(cuts.size() - 1, [&](std::size_t part) {
    for (std::uint32_t user = cuts[part]; user < cuts[part + 1]; ++user) {
      RandomDraws draws(derive_seed(seed, user));
      const double deviation = 1.0 / std::sqrt(noise_precision * double{user_weights[user]});
      const auto rated = by_user.who.of(user);
      const auto positions = by_user.targets_of(user);
      for (std::size_t n = 0; n < rated.size(); ++n) {
        const double score = double{score_of(users.row(user), items.row(rated[n]), users.rank - 1)};
        const double error = draw_latent(link, user, static_cast<std::size_t>(positions[n]), score,
                                         deviation, draws) -
                             score;
        sums[user] += error * error;
      }
    }
  });
  return sums;
}

double ordinal_squared_error(const RatingsByRow& by_user, const OrdinalLink& link,
                             const FactorRows& users, const FactorRows& items, double deviation,
                             const Workers& workers) {
  const std::size_t count = link.values.size() - 1;
  std::vector<double> sums(users.count);
  workers.for_each(users.count, [&](std::size_t user) {
    const auto rated = by_user.who.of(static_cast<std::uint32_t>(user));
    const auto positions = by_user.targets_of(static_cast<std::uint32_t>(user));
    const auto cutpoints = link.cutpoints.span().subspan(user * count, count);
    for (std::size_t n = 0; n < rated.size(); ++n) {
      const float score = score_of(users.row(user), items.row(rated[n]), users.rank - 1);
      const double error =
          double{link.values[static_cast<std::size_t>(positions[n])]} -
          double{ordinal_mean(link.values.span(), cutpoints, score, static_cast<float>(deviation))};
      sums[user] += error * error;
    }
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

}  // namespace mfpar
