// SPDX-License-Identifier: MIT
//
// Variances of scores as products of small rows, against those of all samples kept.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numeric>
#include <vector>

#include "compute/rating_statistics.hpp"
#include "gibbs/variance_trace.hpp"
#include "rating_fixtures.hpp"
#include "sanitized.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_variance_trace)

namespace {

constexpr std::uint32_t kRank = 3;
constexpr int kBurnIn = 20, kSamples = kSanitized ? 30 : 300;

/// A chain whose samples were traced, and kept.
struct Traced {
  explicit Traced(const RandomRatings& shape, int threads = 1, int samples = kSamples)
      : workers(threads),
        store(random_store(shape)),
        statistics(measure_ratings(store, Loss::kSquared, true, workers)),
        by_user(ratings_by_user(store, statistics.scale.target, workers)),
        by_item(transposed(by_user, store.item_count())),
        trace(by_user, by_item, 7),
        means(std::size_t{users()} * items()),
        squares(means.size()) {
    GibbsSampler sampler(by_user, by_item, {.rank = kRank, .seed = 3}, find_kernels("auto"),
                         workers);
    for (int n = 0; n < kBurnIn + samples; ++n) {
      sampler.sweep();
      if (n < kBurnIn) continue;
      trace.add(sampler, workers);
      noise += 1.0 / (sampler.noise_precision() * double{sampler.user_weights()[0]}) / samples;
      for (std::uint32_t u = 0; u < users(); ++u) {
        for (std::uint32_t i = 0; i < items(); ++i) keep(sampler, u, i);
      }
    }
    factors = trace.finish(8, find_kernels("auto"));
  }

  std::uint32_t users() const { return store.user_count(); }
  std::uint32_t items() const { return store.item_count(); }

  void keep(const GibbsSampler& sampler, std::uint32_t u, std::uint32_t i) {
    const float* const p = sampler.rows(Entity::kUser).row(u);
    const float* const q = sampler.rows(Entity::kItem).row(i);
    const double score = std::inner_product(p, p + kRank, q, double{p[kRank]} + double{q[kRank]});
    means[u * items() + i] += score;
    squares[u * items() + i] += score * score;
  }

  double of_samples(std::uint32_t u, std::uint32_t i) const {
    const double mean = means[u * items() + i] / kSamples;
    return squares[u * items() + i] / kSamples - mean * mean;
  }

  double found(std::uint32_t u, std::uint32_t i) const {
    const float* const w = factors.users.data() + u * factors.rank;
    return std::inner_product(w, w + factors.rank, factors.items.data() + i * factors.rank, 0.0);
  }

  Workers workers;
  RatingStore store;
  RatingStatistics statistics;
  RatingsByRow by_user, by_item;
  VarianceTrace trace;
  std::vector<double> means, squares;
  double noise = 0.0;
  VarianceFactors factors;
};

}  // namespace

BOOST_AUTO_TEST_CASE(variances_are_those_of_the_samples) {
  const Traced traced({.users = 80, .items = 50, .density = 0.3});
  BOOST_TEST(traced.factors.rank == 8u);
  double total = 0.0, of_samples = 0.0, errors = 0.0, spread = 0.0;
  const auto pairs = static_cast<double>(traced.means.size());
  for (std::uint32_t u = 0; u < traced.users(); ++u) {
    for (std::uint32_t i = 0; i < traced.items(); ++i) {
      const double expected = traced.of_samples(u, i), found = std::max(traced.found(u, i), 1e-4);
      total += found;
      of_samples += expected;
      errors += std::pow(std::log(found / expected), 2);
    }
  }
  const double mean = of_samples / pairs;
  for (std::uint32_t u = 0; u < traced.users(); ++u) {
    for (std::uint32_t i = 0; i < traced.items(); ++i) {
      spread += std::pow(std::log(traced.of_samples(u, i) / mean), 2);
    }
  }
  BOOST_TEST(std::abs(total / of_samples - 1.0) < 0.1);
  if (kSanitized) return;
  // Far closer than one variance for all would be, though rounded by chance themselves.
  BOOST_TEST(errors < 0.35 * spread);
  BOOST_TEST(std::sqrt(errors / pairs) < 0.35);
}

BOOST_AUTO_TEST_CASE(noise_is_the_mean_of_the_samples_and_nobody_is_like_all) {
  const Traced traced({.users = 60, .items = 40, .density = 0.3});
  const auto& noise = traced.factors.noise;
  BOOST_REQUIRE(noise.size() == traced.users() + 1u);
  BOOST_TEST(noise[0] == static_cast<float>(traced.noise), boost::test_tools::tolerance(1e-5f));
  const float mean =
      std::accumulate(noise.begin(), noise.end() - 1, 0.0f) / static_cast<float>(traced.users());
  BOOST_TEST(noise.back() == mean, boost::test_tools::tolerance(1e-4f));
}

BOOST_AUTO_TEST_CASE(less_is_known_of_whoever_is_unknown) {
  const Traced traced({.users = 80, .items = 50, .density = 0.3});
  const auto mean_with = [&](bool unknown_user, bool unknown_item) {
    double total = 0.0;
    for (std::uint32_t u = 0; u < traced.users(); ++u) {
      for (std::uint32_t i = 0; i < traced.items(); ++i) {
        total += traced.found(unknown_user ? traced.users() : u, unknown_item ? traced.items() : i);
      }
    }
    return total;
  };
  const double known = mean_with(false, false);
  BOOST_TEST(mean_with(true, false) > 1.5 * known);
  BOOST_TEST(mean_with(false, true) > 1.5 * known);
  BOOST_TEST(mean_with(true, true) > mean_with(true, false));
}

BOOST_AUTO_TEST_CASE(threads_change_nothing) {
  const RandomRatings shape{.users = 40, .items = 30, .density = 0.4};
  const Traced one(shape, 1, 10);
  for (const int threads : {2, 3}) {
    const Traced several(shape, threads, 10);
    BOOST_TEST((several.factors.users == one.factors.users), threads << " threads");
    BOOST_TEST((several.factors.items == one.factors.items), threads << " threads");
    BOOST_TEST((several.factors.noise == one.factors.noise), threads << " threads");
  }
}

BOOST_AUTO_TEST_CASE(few_users_and_items_have_variances_too) {
  for (const auto& [users, items] : {std::pair{1u, 6u}, {6u, 1u}, {2u, 2u}, {30u, 3u}}) {
    const Traced traced({.users = users, .items = items, .density = 1.0}, 1, 5);
    BOOST_TEST(traced.factors.rank >= 1u);
    for (const auto* numbers :
         {&traced.factors.users, &traced.factors.items, &traced.factors.noise}) {
      for (const float x : *numbers) BOOST_TEST(std::isfinite(x));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
