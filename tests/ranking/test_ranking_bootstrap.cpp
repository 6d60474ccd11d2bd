// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "base/random.hpp"
#include "mfpar/error.hpp"
#include "mfpar/ranking_metrics.hpp"

using namespace mfpar;

BOOST_AUTO_TEST_SUITE(test_ranking_bootstrap)

namespace {

using Items = std::vector<ItemIndex>;

/// A user has a hit at 1 with probability `hit`, and one at 2 with half of that.
RankingMeasures measured(std::size_t users, double hit, std::uint64_t seed) {
  Random random(seed);
  RankingMeasures measures({1, 2}, std::vector<std::uint32_t>(4, 1), 4);
  for (std::size_t user = 0; user < users; ++user) {
    const ItemIndex first = random.uniform() < hit ? 0 : 2;
    const ItemIndex second = random.uniform() < hit / 2 ? 1 : 3;
    measures.add(Items{first, second}, Items{0, 1});
  }
  return measures;
}

}  // namespace

BOOST_AUTO_TEST_CASE(intervals_hold_the_truth_about_as_often_as_they_say) {
  // Of 300 samples of 200 users, 95 % are expected to; 3 standard deviations are 3.8 %, and the
  // percentile interval of a share is a little narrow.
  constexpr int kSamples = 300;
  constexpr double kTruth = 0.3;
  int held = 0, above = 0;
  for (int sample = 0; sample < kSamples; ++sample) {
    const RankingMeasures measures = measured(200, kTruth, static_cast<std::uint64_t>(sample) + 1);
    const auto interval =
        bootstrap_means(measures, {.resamples = 400})[measures.column(RankingMetric::kHitRate, 0)];
    held += interval.low <= kTruth && kTruth <= interval.high;
    above += interval.low > kTruth;
  }
  BOOST_TEST(held > 0.90 * kSamples);
  BOOST_TEST(held < 0.99 * kSamples);
  BOOST_TEST(above > 0);  // misses are not all on one side
}

BOOST_AUTO_TEST_CASE(an_interval_is_as_wide_as_theory_has_it) {
  const RankingMeasures measures = measured(5000, 0.5, 1);
  const std::size_t column = measures.column(RankingMetric::kHitRate, 0);
  const auto interval = bootstrap_means(measures, {.resamples = 2000})[column];
  const double mean = measures.mean(RankingMetric::kHitRate, 0);
  const double half = 1.96 * std::sqrt(mean * (1 - mean) / 5000);
  // Quantiles at 2.5 % of 2000 normal draws are known to about 0.06 standard deviations.
  BOOST_TEST(std::abs(interval.low - (mean - half)) < 0.1 * half);
  BOOST_TEST(std::abs(interval.high - (mean + half)) < 0.1 * half);
}

BOOST_AUTO_TEST_CASE(threads_make_no_difference_and_the_seed_does) {
  const RankingMeasures first = measured(301, 0.3, 1), second = measured(301, 0.35, 2);
  const auto means = bootstrap_means(first, {.resamples = 99, .seed = 7, .threads = 1});
  const auto differences =
      bootstrap_differences(first, second, {.resamples = 99, .seed = 7, .threads = 1});
  for (const int threads : {0, 2, 5}) {
    const BootstrapOptions options{.resamples = 99, .seed = 7, .threads = threads};
    const auto again = bootstrap_means(first, options);
    const auto differences_again = bootstrap_differences(first, second, options);
    for (std::size_t i = 0; i < means.size(); ++i) {
      BOOST_TEST(again[i].low == means[i].low);
      BOOST_TEST(again[i].high == means[i].high);
      BOOST_TEST(differences_again[i].interval.low == differences[i].interval.low);
      BOOST_TEST(differences_again[i].p == differences[i].p);
    }
  }
  const auto other = bootstrap_means(first, {.resamples = 99, .seed = 8});
  BOOST_TEST((other[0].low != means[0].low || other[0].high != means[0].high));
}

BOOST_AUTO_TEST_CASE(a_difference_is_of_the_same_users) {
  // The second is the first but for one user in ten, whose list it finds: paired, that is sure,
  // while the two intervals overlap.
  RankingMeasures first({1}, std::vector<std::uint32_t>(2, 1), 4), second = first;
  for (int user = 0; user < 400; ++user) {
    const bool hit = user % 2 == 0;
    first.add(Items{hit ? 0u : 1u}, Items{0});
    second.add(Items{hit || user % 20 == 1 ? 0u : 1u}, Items{0});
  }
  const std::size_t column = first.column(RankingMetric::kHitRate, 0);
  const auto better = bootstrap_differences(first, second)[column];
  BOOST_TEST(std::abs(better.difference - 0.05) < 1e-12);
  BOOST_TEST(better.interval.low > 0);
  BOOST_TEST(better.interval.high < 0.08);
  BOOST_TEST(better.above_zero == 1);
  BOOST_TEST(better.p == 2.0 / 1001);
  const auto worse = bootstrap_differences(second, first)[column];
  BOOST_TEST(worse.difference == -better.difference);
  BOOST_TEST(worse.above_zero == 0);
  BOOST_TEST(worse.p == better.p);
  BOOST_TEST(bootstrap_means(first)[column].high > bootstrap_means(second)[column].low);

  const auto same = bootstrap_differences(first, first)[column];
  BOOST_TEST(same.difference == 0);
  BOOST_TEST(same.interval.low == 0);
  BOOST_TEST(same.interval.high == 0);
  BOOST_TEST(same.above_zero == 0);
  BOOST_TEST(same.p == 1);
}

BOOST_AUTO_TEST_CASE(no_difference_is_seldom_called_one) {
  // Both hit alike: of 200 pairs, p is below 0.05 in about 10; 25 are 5 standard deviations more.
  int called = 0;
  for (std::uint64_t pair = 0; pair < 200; ++pair) {
    const RankingMeasures a = measured(150, 0.4, 2 * pair + 1),
                          b = measured(150, 0.4, 2 * pair + 2);
    called +=
        bootstrap_differences(a, b, {.resamples = 300})[a.column(RankingMetric::kNdcg, 1)].p < 0.05;
  }
  BOOST_TEST(called > 0);
  BOOST_TEST(called < 25);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_compared_is_refused) {
  const RankingMeasures a = measured(10, 0.5, 1), fewer = measured(9, 0.5, 1);
  const RankingMeasures other_cuts({1, 3}, std::vector<std::uint32_t>(4, 1), 4);
  const RankingMeasures empty({1, 2}, std::vector<std::uint32_t>(4, 1), 4);
  const auto refused = [](const Error& error) { return error.code() == ErrorCode::kBadOption; };
  BOOST_CHECK_EXCEPTION(bootstrap_differences(a, fewer), Error, refused);
  BOOST_CHECK_EXCEPTION(bootstrap_differences(empty, other_cuts), Error, refused);
  BOOST_CHECK_EXCEPTION(bootstrap_differences(a, a, {.resamples = 0}), Error, refused);
  BOOST_CHECK_EXCEPTION(bootstrap_means(a, {.resamples = 0}), Error, refused);
  for (const BootstrapInterval& interval : bootstrap_means(empty)) {
    BOOST_TEST(std::isnan(interval.low));
    BOOST_TEST(std::isnan(interval.high));
  }
}

BOOST_AUTO_TEST_SUITE_END()
