// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "base/random.hpp"
#include "gibbs/prediction_trace.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_prediction_trace)

namespace {

constexpr std::size_t kPairs = 500;

/// A chain for each pair: x' = correlation x + noise, of variance 1, plus a drift a sample.
PredictionTrace trace_of(std::size_t samples, double correlation, double drift) {
  Random random(11);
  PredictionTrace trace(kPairs);
  std::vector<double> state(kPairs);
  for (double& x : state) x = random.normal();
  std::vector<float> predicted(kPairs);
  const double noise = std::sqrt(1.0 - correlation * correlation);
  for (std::size_t n = 0; n < samples; ++n) {
    for (std::size_t pair = 0; pair < kPairs; ++pair) {
      state[pair] = correlation * state[pair] + noise * random.normal();
      predicted[pair] = static_cast<float>(3.0 + state[pair] + drift * static_cast<double>(n));
    }
    trace.add(predicted);
  }
  return trace;
}

}  // namespace

BOOST_AUTO_TEST_CASE(means_and_variances_are_those_of_the_samples) {
  PredictionTrace trace(2);
  for (const float x : {1.0f, 2.0f, 6.0f}) trace.add(std::vector<float>{x, 5.0f});
  BOOST_TEST(trace.samples() == 3u);
  BOOST_TEST(trace.mean(0) == 3.0);
  BOOST_TEST(trace.variance(0) == 14.0 / 3.0, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(trace.mean(1) == 5.0);
  BOOST_TEST(trace.variance(1) == 0.0);
  BOOST_TEST(std::isinf(trace.convergence().monte_carlo_variance));
}

BOOST_AUTO_TEST_CASE(a_chain_is_worth_as_many_samples_as_are_independent) {
  // (1 - c) / (1 + c) of the samples of such a chain are, in the long run.
  for (const std::size_t samples : {16u, 17u, 60u, 100u, 333u, 1000u}) {
    for (const double correlation : {0.0, 0.5, 0.8}) {
      const Convergence found = trace_of(samples, correlation, 0.0).convergence();
      const double worth = static_cast<double>(samples) * (1.0 - correlation) / (1.0 + correlation);
      const std::string what = std::to_string(samples) + " samples, " + std::to_string(correlation);
      if (worth < 10.0) {  // too short a chain to tell
        BOOST_TEST(found.effective_samples < 20.0, what);
        continue;
      }
      BOOST_TEST(found.effective_samples > 0.7 * worth, what);
      BOOST_TEST(found.effective_samples < 1.4 * worth, what);
      BOOST_TEST(found.monte_carlo_variance > 0.7 / worth, what);
      BOOST_TEST(found.monte_carlo_variance < 1.4 / worth, what);
      BOOST_TEST(found.variance == 1.0, boost::test_tools::tolerance(0.2));
      BOOST_TEST(found.r_hat < 1.1, what);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_chain_that_drifts_is_found_out) {
  for (const std::size_t samples : {32u, 100u, 500u}) {
    const Convergence found =
        trace_of(samples, 0.0, 4.0 / static_cast<double>(samples)).convergence();
    BOOST_TEST(found.r_hat > 1.3);
    BOOST_TEST(found.effective_samples < 10.0);
  }
}

BOOST_AUTO_TEST_SUITE_END()
