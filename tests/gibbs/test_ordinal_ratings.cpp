// SPDX-License-Identifier: MIT
//
// Latent ratings, held against what truncated normal distributions are known to be.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "gibbs/ordinal_ratings.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_ordinal_ratings)

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kDraws = 20000;
constexpr double kMostDeviations = 5.0;  // in standard errors

struct Moments {
  double mean = 0.0, variance = 0.0;
};

/// By Simpson's rule, over as much of the density as double precision sees.
Moments truncated_moments(double mean, double deviation, double lower, double upper) {
  const double peak = std::clamp(mean, lower, upper);
  const double a = std::max(lower, peak - 12.0 * deviation);
  const double b = std::min(upper, peak + 12.0 * deviation);
  constexpr int kSteps = 20000;
  double sums[3] = {};
  for (int step = 0; step <= kSteps; ++step) {
    const double x = a + (b - a) * step / kSteps;
    const double z = (x - mean) / deviation, z0 = (peak - mean) / deviation;
    const double weight = (step == 0 || step == kSteps ? 1.0
                           : step % 2 == 1             ? 4.0
                                                       : 2.0) *
                          std::exp((z0 * z0 - z * z) / 2.0);
    for (int power = 0; power < 3; ++power) sums[power] += weight * std::pow(x - peak, power);
  }
  const double first = sums[1] / sums[0];
  return {peak + first, sums[2] / sums[0] - first * first};
}

OrdinalLink link_of(std::vector<float> values, std::vector<float> cutpoints) {
  return {.values = FrozenArray<float>(std::move(values)),
          .cutpoints = FrozenArray<float>(std::move(cutpoints))};
}

}  // namespace

BOOST_AUTO_TEST_CASE(draws_have_the_moments_of_a_truncated_normal) {
  const struct {
    double mean, deviation, lower, upper;
  } cases[] = {{0, 1, -kInfinity, kInfinity},
               {0, 1, 0, kInfinity},
               {0, 1, 3, kInfinity},
               {0, 1, -kInfinity, -2},
               {1, 2, -0.5, 0.25},
               {0, 1, -4, 3},
               {5, 0.5, 1, 1.5},
               {-3, 0.7, 0, 0.3},
               {0, 1, 8, 8.5},
               {2, 1, 1.999, 2.001},
               {-40, 1, 1, kInfinity},
               {0, 1, -0.1, 2.6},
               {0.3, 0.6, -kInfinity, 0.2},
               {0, 1, 0.2, 6},
               {40, 1, -3, -2.5}};
  std::uint64_t seed = 0;
  for (const auto& c : cases) {
    RandomDraws draws(++seed);
    double sum = 0.0, squares = 0.0;
    const Moments expected = truncated_moments(c.mean, c.deviation, c.lower, c.upper);
    for (int draw = 0; draw < kDraws; ++draw) {
      const double x = truncated_normal(c.mean, c.deviation, c.lower, c.upper, draws);
      BOOST_REQUIRE(x >= c.lower && x <= c.upper);
      sum += x - expected.mean;
      squares += (x - expected.mean) * (x - expected.mean);
    }
    const double error = std::sqrt(expected.variance / kDraws);
    BOOST_TEST(std::abs(sum / kDraws) < kMostDeviations * error, "mean of case " << seed);
    // The fourth moment of a tail is at most nine times that of its variance squared.
    BOOST_TEST(std::abs(squares / kDraws / expected.variance - 1.0) <
                   kMostDeviations * std::sqrt(8.0 / kDraws),
               "variance of case " << seed);
  }
}

// None goes on for ever: far out a draw is the bound, and of what is not finite there is none.
BOOST_AUTO_TEST_CASE(draws_end_wherever_the_bounds_are) {
  RandomDraws draws(1);
  BOOST_TEST(truncated_normal(0.0, 1.0, 1e9, kInfinity, draws) == 1e9);
  BOOST_TEST(truncated_normal(0.0, 1.0, 1e200, 2e200, draws) == 1e200);
  BOOST_TEST(truncated_normal(0.0, 1.0, -kInfinity, -1e200, draws) == -1e200);
  BOOST_TEST(truncated_normal(1e-3, 1e-4, 1e-3, 1e-3, draws) == 1e-3);
  for (const double mean : {std::nan(""), kInfinity, -kInfinity}) {
    BOOST_TEST(!std::isfinite(truncated_normal(mean, 1.0, -1.0, 1.0, draws)), mean);
  }
  BOOST_TEST(std::isnan(truncated_normal(0.0, std::nan(""), -1.0, 1.0, draws)));
}

BOOST_AUTO_TEST_CASE(a_latent_rating_lies_between_the_cutpoints_of_its_user) {
  const OrdinalLink link = link_of({1, 2, 5}, {-1, 1, /**/ 0.5f, 0.75f, /**/ 0, 0.1f});
  RandomDraws draws(1);
  for (const double score : {-6.0, 0.0, 0.6, 9.0}) {
    for (std::uint32_t user = 0; user < 3; ++user) {
      for (std::size_t position = 0; position < 3; ++position) {
        const double latent = draw_latent(link, user, position, score, 0.8, draws);
        const float* const cutpoints = link.cutpoints.data() + 2 * user;
        BOOST_TEST((position == 0 || latent >= cutpoints[position - 1]));
        BOOST_TEST((position == 2 || latent <= cutpoints[position]));
      }
    }
  }
}

// Where the latent rating is not held back by any cutpoint, its squared error is the noise's.
BOOST_AUTO_TEST_CASE(squared_errors_are_by_the_noise_of_each_user) {
  constexpr std::uint32_t kItems = 3000;
  RatingsByRow by_user;
  by_user.who.offsets = {0, kItems, 2 * kItems};
  for (std::uint32_t n = 0; n < 2 * kItems; ++n) {
    by_user.who.indices.push_back(n % kItems);
    by_user.targets.push_back(0.0f);
  }
  std::vector<float> cutpoints(3, 50.0f);
  const OrdinalLink link = link_of({1, 2}, cutpoints);
  const std::vector<float> rows(kItems * row_stride(2));
  const FactorRows users{rows.data(), 2, 2}, items{rows.data(), kItems, 2};
  const std::vector<float> weights{1.0f, 4.0f};
  const auto errors = [&](int threads) {
    return latent_squared_errors(by_user, link, users, items, 2.0, weights, 7, Workers(threads));
  };
  const std::vector<double> found = errors(1);
  for (std::size_t user = 0; user < 2; ++user) {
    const double expected = kItems / (2.0 * double{weights[user]});
    BOOST_TEST(std::abs(found[user] / expected - 1.0) < kMostDeviations * std::sqrt(2.0 / kItems));
  }
  for (const int threads : {2, 3}) BOOST_TEST((errors(threads) == found));
}

BOOST_AUTO_TEST_SUITE_END()
