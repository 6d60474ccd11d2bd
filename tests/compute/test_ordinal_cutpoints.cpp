// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/random.hpp"
#include "compute/ordinal_cutpoints.hpp"
#include "mfpar/error.hpp"
#include "rating_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_ordinal_cutpoints)

namespace {

const std::vector<std::vector<float>> kCutpoints = {
    {0.0f},
    {-1.0f, 1.0f},
    {-2.2f, -1.7f, -1.5f, -1.1f, -0.9f, -0.3f, 0.0f, 0.8f, 1.1f},
    {1.5f, 1.5000002f, 3.0f}};

/// The position of a latent rating between cutpoints.
std::size_t position_of(std::span<const float> cutpoints, double latent) {
  return static_cast<std::size_t>(
      std::ranges::count_if(cutpoints, [&](float c) { return double{c} < latent; }));
}

}  // namespace

BOOST_AUTO_TEST_CASE(probabilities_are_those_of_a_latent_rating) {
  constexpr int kDraws = 40000;
  for (const auto& cutpoints : kCutpoints) {
    const std::size_t count = cutpoints.size() + 1;
    std::vector<float> values(count), probabilities(count);
    for (std::size_t k = 0; k < count; ++k) values[k] = 1.0f + static_cast<float>(k * k);
    for (const float score : {-3.0f, 0.2f, 1.4f}) {
      for (const float deviation : {0.3f, 1.0f}) {
        ordinal_probabilities(cutpoints, score, deviation, probabilities);
        std::vector<double> drawn(count);
        Random random(11);
        for (int draw = 0; draw < kDraws; ++draw) {
          drawn[position_of(cutpoints, score + deviation * random.normal())] += 1.0 / kDraws;
        }
        double mean = 0.0, total = 0.0;
        for (std::size_t k = 0; k < count; ++k) {
          const double p = double{probabilities[k]};
          BOOST_TEST(std::abs(p - drawn[k]) < 5.0 * std::sqrt(p * (1.0 - p) / kDraws) + 1e-4);
          mean += p * double{values[k]};
          total += p;
        }
        BOOST_TEST(total == 1.0, boost::test_tools::tolerance(1e-6));
        BOOST_TEST(double{ordinal_mean(values, cutpoints, score, deviation)} == mean,
                   boost::test_tools::tolerance(1e-5));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(cutpoints_move_from_what_is_known_to_what_a_user_does) {
  for (const auto& before : kCutpoints) {
    const std::vector<double> none(before.size() + 1);
    const std::vector<float> same = user_cutpoints(none, before);
    for (std::size_t k = 0; k < before.size(); ++k) {
      BOOST_TEST(same[k] == before[k], boost::test_tools::tolerance(1e-5f));
    }

    // Of many ratings that are all of the first value, nearly all cutpoints are far above.
    std::vector<double> first = none;
    first[0] = 1e6;
    const std::vector<float> above = user_cutpoints(first, before);
    BOOST_TEST(above.front() > 3.5f);
    BOOST_TEST((std::ranges::adjacent_find(above, std::greater_equal<>()) == above.end()));

    // Ratings told at once, or some now and some later with what was known as so many ratings.
    std::vector<double> some = none, later = none, both = none;
    for (std::size_t k = 0; k < some.size(); ++k) {
      some[k] = static_cast<double>(3 * k + 1);
      later[k] = static_cast<double>(2 * some.size() - k);
      both[k] = some[k] + later[k];
    }
    const double known = kCutpointRatings + std::accumulate(some.begin(), some.end(), 0.0);
    const auto at_once = user_cutpoints(both, before);
    const auto in_turn = user_cutpoints(later, user_cutpoints(some, before), known);
    for (std::size_t k = 0; k < before.size(); ++k) {
      BOOST_TEST(std::abs(at_once[k] - in_turn[k]) < 1e-4f);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_link_is_measured_on_the_ratings_that_there_are) {
  const RatingStore store = store_of({{0, 0, 1, 0}, {0, 1, 4, 0}, {1, 0, 4, 0}, {1, 1, 2.5f, 0}});
  const OrdinalLink link = measure_ordinal_link(store);
  BOOST_TEST((std::vector<float>(link.values.begin(), link.values.end()) ==
              std::vector<float>{1.0f, 2.5f, 4.0f}));
  BOOST_REQUIRE(link.cutpoints.size() == 6u);
  BOOST_TEST(link.cutpoints[4] == -0.67449f, boost::test_tools::tolerance(1e-4f));  // a quarter
  BOOST_TEST(std::abs(link.cutpoints[5]) < 1e-6f);                                  // a half
  for (UserIndex user = 0; user < 2; ++user) {
    const bool gave_one = store.value(store.offsets()[user]) == 1.0f ||
                          store.value(store.offsets()[user] + 1) == 1.0f;
    BOOST_TEST((link.cutpoints[2 * user] > link.cutpoints[4]) == gave_one);
  }
}

// Two users who rate high and low by as much, of whom cutpoints and biases take half each.
BOOST_AUTO_TEST_CASE(what_users_differ_by_is_shared_by_biases_and_cutpoints) {
  OrdinalLink link{.values = FrozenArray<float>(std::vector<float>{1, 2, 3}),
                   .cutpoints = FrozenArray<float>(
                       std::vector<float>{-1.2f, 0.8f, /**/ -0.8f, 1.2f, /**/ -1, 1})};
  const std::vector<std::uint32_t> counts{3, 5};
  const struct {
    std::vector<float> biases;
    float expected;
  } cases[] = {{{0.2f, -0.2f}, 0.25f}, {{0, 0}, 0.0f}, {{-0.3f, 0.3f}, 1.0f}};
  for (const auto& c : cases) {
    BOOST_TEST(share_in_biases(link, c.biases, counts) == c.expected,
               boost::test_tools::tolerance(1e-5f));
  }
}

BOOST_AUTO_TEST_CASE(few_distinct_values_are_needed_and_more_than_one) {
  std::vector<Rating> same, many;
  for (std::uint32_t n = 0; n < 100; ++n) {
    same.push_back({n % 10, n / 10, 3.0f, 0});
    many.push_back({n % 10, n / 10, static_cast<float>(n % 65), 0});
  }
  const struct {
    std::vector<Rating> ratings;
    const char* said;
  } cases[] = {{same, "the same value"}, {many, "more than 64 distinct values"}};
  for (const auto& c : cases) {
    BOOST_CHECK_EXCEPTION(measure_ordinal_link(store_of(c.ratings)), Error, [&](const Error& e) {
      const std::string what = e.what();
      return e.code() == ErrorCode::kBadData && what.find(c.said) != what.npos &&
             what.find("--likelihood gaussian") != what.npos;
    });
  }
}

BOOST_AUTO_TEST_SUITE_END()
