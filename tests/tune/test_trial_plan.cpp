// SPDX-License-Identifier: MIT
//
// Which trials a search runs: what they are drawn from, how many at once, which go on.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "rating_fixtures.hpp"
#include "tune/found_trials.hpp"
#include "tune/median_rule.hpp"
#include "tune/trial_plan.hpp"
#include "tune/tune_space.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_trial_plan)

BOOST_AUTO_TEST_CASE(every_place_of_the_space_can_be_trained_with) {
  const RatingStore ratings = random_store();
  for (const Feedback feedback : {Feedback::kRatings, Feedback::kOneClass}) {
    const TrainOptions start = default_options(feedback);
    const TuneSpace space(start, {}, ratings, 1024);
    const auto names = tuned_options(feedback);
    BOOST_TEST(space.place_of(start).size() == names.size());
    // The defaults lie in the space.
    for (const double x : space.place_of(start)) {
      BOOST_TEST(x > 0.05);
      BOOST_TEST(x <= 1.0);
    }
    Random random(1);
    std::vector<std::set<std::string>> values(names.size());
    std::vector<double> place;
    for (int i = 0; i < 300; ++i) {
      place = i % 3 == 0 ? space.draw(random) : space.draw_near(place, 0.3, random);
      const TrainOptions options = space.options_at(place);
      check_options(options);
      const std::vector<double> again = space.place_of(options);
      for (std::size_t k = 0; k < place.size(); ++k) {
        // The penalty is one of three; ranks are by the eight, other numbers have three digits.
        const double most = names[k] == "penalty" ? 0.18 : names[k] == "rank" ? 0.11 : 0.01;
        if (names[k] != "rank" || options.rank > 8)
          BOOST_TEST(std::abs(again[k] - place[k]) < most);
      }
      for (const auto& [name, value] : describe_options(options)) {
        const auto at = std::ranges::find(names, name);
        if (at != names.end()) values[static_cast<std::size_t>(at - names.begin())].insert(value);
      }
    }
    for (std::size_t k = 0; k < names.size(); ++k) {
      BOOST_TEST(values[k].size() >= (names[k] == "penalty" ? 3u : 20u), names[k]);
      const TuneSpace fixed(start, {names[k]}, ratings, 1024);
      BOOST_TEST(fixed.place_of(start).size() == names.size() - 1);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_trial_that_cannot_reach_the_median_ends) {
  const struct {
    std::vector<double> ended, results;
    bool goes_on;
  } rows[] = {
      {{5, 4, 6}, {9, 8, 7, 7, 6.5}, false},      // 6 is hoped for, and 5 the median
      {{5, 4, 6}, {9, 8, 7, 7, 5.9}, true},       // 4.8
      {{5, 4, 6}, {9, 8, 6, 6, 5.6}, false},      // 5.2
      {{5, 4, 6}, {9, 8, 6, 5.6, 5.5}, true},     // 5 is not worse
      {{5, 4, 6, 1}, {9, 8, 6, 5.6, 5.5}, true},  // of four, the third counts
      {{5, 4, 6, 1, 1}, {9, 8, 6, 5.6, 5.5}, false},
      {{1, 1}, {9, 9, 9, 9, 9}, true},  // too few to tell
      {{1, 1, 1}, {9}, true},           // too early
      {{1, 1, 1}, {9, 9, 9}, true},
      {{1, 1, 1}, {9, 9, 9, 9, 9, 9}, true},      // after an odd number of epochs
      {{1, 1, 1}, {9, 9, 9, 8, 8, 8, 8}, false},  // 8 since 3 epochs
      {{1, 1, 1}, {9, 9, 9, 8, 8, 8, 4.5}, true},
  };
  for (const Feedback feedback : {Feedback::kRatings, Feedback::kOneClass}) {
    const double sign = feedback == Feedback::kRatings ? 1.0 : -1.0;
    for (const auto& row : rows) {
      MedianRule rule(feedback);
      for (const double valid : row.ended) rule.add(sign * valid);
      std::vector<double> results = row.results;
      for (double& result : results) result *= sign;
      BOOST_TEST(rule.goes_on(results) == row.goes_on, row.results.back());
    }
  }
}

BOOST_AUTO_TEST_CASE(later_trials_are_near_the_best) {
  const RatingStore ratings = random_store();
  TuneOptions options;
  options.memory = 1'000'000'000;
  TrialPlan plan(ratings, options, 2);
  for (std::size_t number = 0; number < 20; ++number) {
    TuneTrial trial;
    trial.number = number;
    trial.options = options.start;
    const bool is_good = number == 7 || number == 8;
    if (is_good) trial.options.learning_rate = 0.03 * static_cast<double>(number - 6);
    if (number != 3) trial.valid = is_good ? 0.5 : 0.8;  // one has diverged
    plan.add(trial);
  }
  int early_near = 0;
  for (std::size_t number = 20; number < 60; ++number) {
    const auto is_near = [&](double passed) {
      const double rate = plan.options_of(number, passed).learning_rate;
      return std::abs(std::log(rate / 0.03)) < 0.5 || std::abs(std::log(rate / 0.06)) < 0.5;
    };
    BOOST_TEST(is_near(1.0));
    early_near += is_near(0.0);
  }
  BOOST_TEST(early_near < 40);
}

BOOST_AUTO_TEST_CASE(trials_share_threads_and_memory) {
  const RatingStore ratings = random_store({.users = 300, .items = 100, .density = 0.2});
  TuneOptions options;
  options.start.rank = 64;
  const std::uint64_t one = trial_bytes(ratings, Feedback::kRatings, 64);
  const std::uint64_t kept = 2 * model_bytes(ratings, 64);
  const struct {
    std::uint64_t memory;
    std::size_t trials;
    int threads;
    double first, left;  // seconds
    int at_once, threads_each;
  } rows[] = {
      {one * 100, 1000, 8, 0.1, 60.0, 8, 1},    // 75 rounds
      {one * 100, 1000, 8, 1.0, 60.0, 8, 1},    // 7.5 rounds
      {one * 100, 1000, 8, 3.75, 60.0, 4, 2},   // two rounds would be too few
      {one * 100, 1000, 8, 30.0, 60.0, 1, 8},   // one at a time
      {one * 100, 1000, 8, 90.0, -30.0, 1, 8},  // none
      {one * 100, 4, 8, 0.1, 60.0, 3, 2},       // the first has been
      {one * 100, 1, 8, 0.1, 60.0, 1, 8},      {one * 3 + kept, 1000, 8, 0.1, 60.0, 3, 2},
      {1, 1000, 8, 0.1, 60.0, 1, 8},           {one * 100, 1000, 1, 0.1, 60.0, 1, 1},
  };
  for (const auto& row : rows) {
    options.memory = row.memory;
    options.trials = row.trials;
    TrialPlan plan(ratings, options, row.threads);
    TuneTrial first;
    first.seconds = row.first;
    plan.add(first);
    const auto [at_once, threads_each] = plan.shape(row.left);
    BOOST_TEST(at_once == row.at_once, row.first << " s");
    BOOST_TEST(threads_each == row.threads_each, row.first << " s");
    // No trial of the search takes more than its share.
    for (std::size_t number = 1; number < 60; ++number) {
      const int rank = plan.options_of(number, 0.0).rank;
      const std::uint64_t all =
          static_cast<std::uint64_t>(at_once) * trial_bytes(ratings, Feedback::kRatings, rank) +
          2 * model_bytes(ratings, rank);
      BOOST_TEST((all <= row.memory || rank <= options.start.rank), rank);
    }
    BOOST_TEST(std::abs(plan.expected_seconds() - row.first * row.threads / threads_each) < 1e-9);
    TuneTrial second;
    second.number = 1;
    second.seconds = 0.5;
    plan.add(second);
    BOOST_TEST(plan.expected_seconds() == 0.5);
  }
}

BOOST_AUTO_TEST_CASE(time_for_learning_once_more_is_kept_back) {
  TuneRatings ratings = split_for_tuning(random_store(), 0.1, 0.1, 1);
  const double more =
      static_cast<double>(ratings.refit.size()) / static_cast<double>(ratings.training.size());
  const auto found = [](std::size_t number, int best_epoch, int epochs, double seconds) {
    TuneTrial trial;
    trial.number = number;
    trial.best_epoch = best_epoch;
    trial.epochs = epochs;
    trial.seconds = seconds;
    return FoundTrials::Found{trial, {}};
  };
  FoundTrials trials;
  BOOST_TEST(refit_seconds(ratings, trials) == 0.0);
  trials.best = trials.first = found(0, 5, 10, 4.0);
  BOOST_TEST(std::abs(refit_seconds(ratings, trials) - 1.2 * more * 2.0) < 1e-9);
  trials.best = found(7, 8, 8, 3.0);
  BOOST_TEST(std::abs(refit_seconds(ratings, trials) - 1.2 * more * 5.0) < 1e-9);
  trials.first.reset();
  BOOST_TEST(std::abs(refit_seconds(ratings, trials) - 1.2 * more * 3.0) < 1e-9);
  ratings.refit = {};
  BOOST_TEST(refit_seconds(ratings, trials) == 0.0);
}

BOOST_AUTO_TEST_SUITE_END()
