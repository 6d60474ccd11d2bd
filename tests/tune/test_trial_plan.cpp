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
  for (const Method method : {Method::kSgd, Method::kGibbs, Method::kAls}) {
    const TrainOptions start = default_options(method);
    const TuneSpace space(start, {}, ratings, 1024);
    const auto names = tuned_options(method);
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
        // The penalty is one of three, links are there or not; ranks are by the eight, other
        // numbers have three digits.
        const double most = names[k] == "penalty" ? 0.18
                            : names[k] == "rank"  ? 0.14
                            : names[k] == "links" ? 0.26
                                                  : 0.01;
        if (names[k] != "rank" || options.rank > 8)
          BOOST_TEST(std::abs(again[k] - place[k]) < most);
      }
      for (const auto& [name, value] : describe_options(options)) {
        const auto at = std::ranges::find(names, name);
        if (at != names.end()) values[static_cast<std::size_t>(at - names.begin())].insert(value);
      }
    }
    for (std::size_t k = 0; k < names.size(); ++k) {
      const std::size_t least = names[k] == "penalty" ? 3 : names[k] == "links" ? 2 : 16;
      BOOST_TEST(values[k].size() >= least, names[k]);
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
  options.fixed = {"method"};
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
      const double rate = plan.next(number, passed, 1e9)->learning_rate;
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
  options.fixed = {"method"};
  const std::uint64_t one = trial_bytes(ratings, options.start);
  const std::uint64_t kept = 2 * model_bytes(ratings, options.start);
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
      const TrainOptions tried = plan.next(number, 0.0, 1e9).value();
      const std::uint64_t all = static_cast<std::uint64_t>(at_once) * trial_bytes(ratings, tried) +
                                2 * model_bytes(ratings, tried);
      BOOST_TEST((all <= row.memory || tried.rank <= options.start.rank), tried.rank);
    }
    const auto expected = [&] { return plan.expected_seconds(options.start); };
    BOOST_TEST(std::abs(expected() - row.first * row.threads / threads_each) < 1e-9);
    TuneTrial second;
    second.number = 1;
    second.seconds = 0.5;
    plan.add(second);
    BOOST_TEST(expected() == 0.5);
  }
}

BOOST_AUTO_TEST_CASE(every_method_that_can_learn_the_same_comes_first) {
  const RatingStore ratings = random_store();
  const auto changed = [](const auto& change) {
    TuneOptions options;
    options.memory = 1'000'000'000;
    change(options);
    return options;
  };
  const struct {
    TuneOptions options;
    std::vector<Method> methods;
    int rank_of_second;
  } rows[] = {
      {changed([](TuneOptions&) {}), {Method::kSgd, Method::kGibbs}, 15},
      {changed([](TuneOptions& o) {
         o.start.rank = 40;
         o.fixed = {"rank"};
       }),
       {Method::kSgd, Method::kGibbs},
       40},
      {changed([](TuneOptions& o) { o.start.rank = 40; }), {Method::kSgd, Method::kGibbs}, 15},
      {changed([](TuneOptions& o) { o.start = default_options(Method::kGibbs); }),
       {Method::kGibbs, Method::kSgd},
       64},
      {changed([](TuneOptions& o) {  // which Gibbs sampling has not, or has otherwise
         o.start.seeds = 3;
         o.start.train_error = TrainError::kRunning;
       }),
       {Method::kSgd, Method::kGibbs},
       15},
      {changed([](TuneOptions& o) { o.fixed = {"method"}; }), {Method::kSgd}, 0},
      {changed([](TuneOptions& o) { o.start.loss = Loss::kAbsolute; }), {Method::kSgd}, 0},
      {changed([](TuneOptions& o) { o.start.biases = false; }), {Method::kSgd}, 0},
      {changed([](TuneOptions& o) {
         o.start.rank = 300;
         o.fixed = {"rank"};
       }),
       {Method::kSgd},
       0},
      {changed([](TuneOptions& o) { o.memory = 1; }), {Method::kSgd}, 0},
      {changed([](TuneOptions& o) { o.start = default_options(Feedback::kOneClass); }),
       {Method::kAls},
       0},
  };
  for (const auto& row : rows) {
    TrialPlan plan(ratings, row.options, 2);
    BOOST_REQUIRE(plan.first_trials() == row.methods.size());
    for (std::size_t number = 0; number < row.methods.size(); ++number) {
      const TrainOptions options = plan.next(number, 0.0, 1.0).value();
      check_options(options);
      BOOST_TEST((options.method == row.methods[number]));
      if (number == 1) BOOST_TEST(options.rank == row.rank_of_second);
    }
  }
}

BOOST_AUTO_TEST_CASE(no_other_method_is_tried_without_time_for_it) {
  const RatingStore ratings = random_store();
  TuneOptions options;
  options.memory = 1'000'000'000;
  for (const double left : {3.0, 1.0}) {
    TrialPlan plan(ratings, options, 2);
    TuneTrial first{.number = 0, .options = plan.next(0, 0.0, 1e9).value()};
    first.seconds = 2.0;
    plan.add(first);
    const auto second = plan.next(1, 0.1, left);
    BOOST_TEST(plan.first_trials() == (left > first.seconds ? 2u : 1u));
    BOOST_TEST((second && second->method == Method::kGibbs) == (left > first.seconds));
  }
}

BOOST_AUTO_TEST_CASE(a_method_that_is_far_behind_is_left) {
  const RatingStore ratings = random_store();
  constexpr double kNone = EpochReport::kNotComputed;
  const struct {
    double sgd, gibbs;
    bool tries_sgd, tries_gibbs;
  } rows[] = {{0.70, 0.65, false, true},  {0.70, 0.69, true, true},  {0.65, 0.70, true, false},
              {0.70, kNone, true, false}, {kNone, 0.9, false, true}, {kNone, kNone, true, true}};
  TuneOptions options;
  options.memory = 1'000'000'000;
  for (const auto& row : rows) {
    TrialPlan plan(ratings, options, 2);
    for (std::size_t number = 0; number < 2; ++number) {
      TuneTrial trial{.number = number, .options = plan.next(number, 0.0, 1.0).value()};
      trial.valid = number == 0 ? row.sgd : row.gibbs;
      plan.add(trial);
    }
    plan.shape(100.0);
    for (const double passed : {0.1, 0.9}) {
      int sgd = 0, gibbs = 0;
      for (std::size_t number = 2; number < 12; ++number) {
        const TrainOptions tried = plan.next(number, passed, 1.0).value();
        (tried.method == Method::kSgd ? sgd : gibbs) += 1;
      }
      BOOST_TEST((sgd > 0) == row.tries_sgd);
      BOOST_TEST((gibbs > 0) == row.tries_gibbs);
    }
  }
}

BOOST_AUTO_TEST_CASE(nothing_is_tried_twice_nor_what_takes_too_long) {
  const RatingStore ratings = random_store();
  TuneOptions options{.start = default_options(Method::kGibbs), .fixed = {"method"}};
  options.memory = 1'000'000'000;
  const auto ended = [&](TrialPlan& plan, std::size_t number, double most_seconds) {
    const auto tried = plan.next(number, 0.5, most_seconds);
    if (!tried) return false;
    BOOST_TEST((number == 0 || plan.expected_seconds(*tried) <= most_seconds));
    TuneTrial trial{.number = number, .options = *tried, .valid = 0.7};
    trial.seconds = 1.0 + tried->rank * tried->rank / 100.0;
    plan.add(trial);
    if (number == 0) plan.shape(1000.0);
    return true;
  };
  // 16 ranks, with links and without.
  const auto tried = [&](double most_seconds) {
    TrialPlan plan(ratings, options, 1);
    std::size_t number = 0;
    while (number < 100 && ended(plan, number, most_seconds)) ++number;
    return number;
  };
  BOOST_TEST(tried(1e9) > 24u);
  BOOST_TEST(tried(1e9) <= 32u);
  BOOST_TEST(tried(5.0) < 12u);
  BOOST_TEST(tried(5.0) > 2u);
  options.fixed = {"method", "rank", "links"};
  BOOST_TEST(tried(1e9) == 1u);
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
  trials.best->thread_share = 0.5;  // more threads save some of the time
  BOOST_TEST(std::abs(refit_seconds(ratings, trials) - 1.2 * more * (3.0 * 0.625 + 2.0)) < 1e-9);
  trials.best->thread_share = 1.0;
  trials.first.reset();
  BOOST_TEST(std::abs(refit_seconds(ratings, trials) - 1.2 * more * 3.0) < 1e-9);
  ratings.refit = {};
  BOOST_TEST(refit_seconds(ratings, trials) == 0.0);
}

BOOST_AUTO_TEST_SUITE_END()
