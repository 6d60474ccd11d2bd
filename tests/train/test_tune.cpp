// SPDX-License-Identifier: MIT
#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "mfpar/error.hpp"
#include "mfpar/tune.hpp"
#include "rating_fixtures.hpp"
#include "train/found_trials.hpp"
#include "train/halving.hpp"
#include "train/trial_plan.hpp"
#include "train/tune_space.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_tune)

namespace {

constexpr double kLong = 1e6;  // seconds: what ends a search is the number of trials

TuneRatings small_ratings() {
  return split_for_tuning(random_store({.users = 150, .items = 60, .density = 0.4}), 0.1, 0.1, 1);
}

TuneOptions small_options(std::size_t trials, int threads = 1) {
  TuneOptions options{.start = quick_options(), .fixed = {"rank"}, .seconds = kLong};
  options.start.threads = threads;
  options.start.patience = 2;
  options.start.epochs = 12;
  options.trials = trials;
  return options;
}

TuneOptions one_class_options(std::size_t trials) {
  TuneOptions options{.start = default_options(Feedback::kOneClass), .fixed = {"rank"}};
  options.start.rank = 8;
  options.start.epochs = 4;
  options.start.threads = 1;
  options.seconds = kLong;
  options.trials = trials;
  return options;
}

std::string described(const TuneTrial& trial) {
  std::string text = std::to_string(trial.valid) + ' ' + std::to_string(trial.best_epoch);
  for (const auto& [name, value] : describe_options(trial.options)) text += ' ' + value;
  return text;
}

std::vector<std::string> described(const TuneResult& result) {
  std::vector<std::string> all;
  for (const TuneTrial& trial : result.trials) all.push_back(described(trial));
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_search_begins_with_the_given_options_and_finds_nothing_worse) {
  const TuneRatings ratings = small_ratings();
  for (const int threads : {1, 3}) {
    for (const TuneOptions& options : {small_options(14, threads), one_class_options(5)}) {
      const Feedback feedback = options.start.feedback;
      std::vector<std::size_t> reported;
      bool has_best = false;
      const TuneResult result =
          tune(ratings, options,
               {.on_trial = [&](const TuneTrial& trial) { reported.push_back(trial.number); },
                .on_progress = [&](const TuneProgress& now) { has_best = now.best.has_value(); }});
      BOOST_TEST(result.trials.size() == options.trials);
      BOOST_TEST(reported.size() == options.trials);
      BOOST_TEST(std::set<std::size_t>(reported.begin(), reported.end()).size() == options.trials);
      BOOST_TEST(has_best);
      BOOST_TEST(!result.requested);
      BOOST_TEST(result.refitted);
      BOOST_TEST((describe_options(result.trials[0].options) == describe_options(options.start)));
      BOOST_REQUIRE(result.best.has_value());
      const TuneTrial& best = result.trials[*result.best];
      std::set<std::string> different;
      for (const TuneTrial& trial : result.trials) {
        BOOST_TEST(!is_better(feedback, trial.valid, best.valid));
        BOOST_TEST(trial.options.rank == options.start.rank);
        different.insert(described(trial));
      }
      BOOST_TEST(different.size() == options.trials);
      // The model met the test ratings for the first time.
      if (feedback == Feedback::kRatings) {
        BOOST_TEST(std::abs(result.test - error_of(result.model, ratings.test)) < 1e-5);
        BOOST_TEST(result.start_test > 0.0);
      } else {
        BOOST_TEST(result.test > 0.0);
        BOOST_TEST(result.test <= 1.0);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_trial_is_a_training_and_the_model_one_that_was_refitted) {
  const TuneRatings ratings = small_ratings();
  const TuneOptions options = small_options(8, 2);
  const TuneResult result = tune(ratings, options);
  const TuneTrial& best = result.trials[result.best.value()];
  for (const TuneTrial& trial : {result.trials[0], best}) {
    const TrainResult again = train(ratings.training, ratings.validation, trial.options);
    BOOST_TEST(again.model.parts().record.best_epoch == trial.best_epoch);
    const auto epoch = static_cast<std::size_t>(trial.best_epoch);
    BOOST_TEST(again.history[epoch].valid_error == trial.valid);
  }
  const TrainResult alone = train(ratings.training, ratings.validation, best.options);
  const TrainResult by_hand = refit(ratings.refit, alone, best.options);
  BOOST_TEST((numbers_of(by_hand.model) == numbers_of(result.model)));
  TuneRatings without = ratings;
  without.refit = without.test = {};
  const TuneResult kept = tune(without, options);
  BOOST_TEST(!kept.refitted);
  BOOST_TEST(std::isnan(kept.test));
  const TuneTrial& kept_best = kept.trials[kept.best.value()];
  BOOST_TEST((numbers_of(train(ratings.training, ratings.validation, kept_best.options).model) ==
              numbers_of(kept.model)));
}

BOOST_AUTO_TEST_CASE(a_seed_decides_a_search_by_one_thread) {
  const TuneRatings ratings = small_ratings();
  TuneOptions options = small_options(12);
  const auto first = described(tune(ratings, options));
  BOOST_TEST((described(tune(ratings, options)) == first));
  options.start.seed = 2;
  const auto other = described(tune(ratings, options));
  for (std::size_t i = 0; i < first.size(); ++i) BOOST_TEST(other[i] != first[i]);
}

BOOST_AUTO_TEST_CASE(no_trial_begins_or_goes_on_when_the_time_is_over) {
  const TuneRatings ratings = small_ratings();
  std::atomic<double> now = 0.0;
  const auto clock = [&] { return now.load(); };
  TuneOptions options = small_options(1000);
  options.seconds = 10.0;
  // After the third trial.
  TuneResult result = tune(ratings, options,
                           {.on_trial =
                                [&](const TuneTrial& trial) {
                                  if (trial.number >= 2) now = 20.0;
                                },
                            .clock = clock});
  BOOST_TEST(result.trials.size() >= 3u);
  BOOST_TEST(result.trials.size() < 1000u);
  BOOST_TEST(!result.refitted);  // no time is left
  BOOST_TEST(result.best.has_value());
  // In the middle of the first one, which is kept.
  now = 0.0;
  options.start.epochs = 1'000'000;
  options.start.patience = 0;
  int polls = 0;
  result = tune(ratings, options,
                {.on_progress = [&](const TuneProgress&) { now = ++polls > 2 ? 20.0 : 0.0; },
                 .clock = clock});
  BOOST_TEST(result.trials.size() == 1u);
  BOOST_TEST((result.trials[0].end == TrialEnd::kTime));
  BOOST_TEST(result.trials[0].epochs > 0);
  BOOST_TEST(result.trials[0].epochs < 1'000'000);
  BOOST_TEST(result.test == result.start_test);
}

BOOST_AUTO_TEST_CASE(time_for_learning_once_more_is_kept_back) {
  TuneRatings ratings = small_ratings();
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

BOOST_AUTO_TEST_CASE(a_request_ends_a_search_with_the_best_so_far) {
  const TuneRatings ratings = small_ratings();
  TuneOptions options = small_options(1000, 2);
  std::stop_source source;
  TuneResult result = tune(ratings, options,
                           {.on_trial =
                                [&](const TuneTrial& trial) {
                                  if (trial.number == 3) source.request_stop();
                                },
                            .stop = source.get_token()});
  BOOST_TEST(result.requested);
  BOOST_TEST(!result.refitted);
  BOOST_TEST(result.best.has_value());
  BOOST_TEST(result.trials.size() < 1000u);
  BOOST_TEST(result.test > 0.0);
  result = tune(ratings, options, {.stop = source.get_token()});  // from the beginning on
  BOOST_TEST(result.requested);
  BOOST_TEST(!result.best.has_value());
  BOOST_CHECK_THROW(tune(ratings, options,
                         {.on_trial = [](const TuneTrial&) { throw std::range_error("mine"); }}),
                    std::range_error);
}

BOOST_AUTO_TEST_CASE(trials_that_diverge_are_passed_over) {
  const TuneRatings ratings = small_ratings();
  TuneOptions options = small_options(8);
  options.start.step_rule = StepRule::kSgd;
  options.start.learning_rate = 1e6;
  const TuneResult result = tune(ratings, options);
  BOOST_TEST((result.trials[0].end == TrialEnd::kDiverged));
  BOOST_TEST(std::isnan(result.trials[0].valid));
  BOOST_TEST(*result.best > 0u);
  BOOST_TEST(std::isnan(result.start_test));
  options.fixed.emplace_back("learning-rate");
  BOOST_CHECK_EXCEPTION(tune(ratings, options), Error,
                        [](const Error& e) { return e.code() == ErrorCode::kDiverged; });
}

BOOST_AUTO_TEST_CASE(what_cannot_be_searched_is_refused) {
  const TuneRatings ratings = small_ratings();
  const auto refused = [&](const auto& change) {
    TuneOptions options = small_options(2);
    TuneRatings parts = ratings;
    change(options, parts);
    BOOST_CHECK_EXCEPTION(tune(parts, options), Error,
                          [](const Error& e) { return e.code() == ErrorCode::kBadOption; });
  };
  refused([](TuneOptions& options, TuneRatings&) { options.seconds = 0.0; });
  refused([](TuneOptions& options, TuneRatings&) { options.seconds = std::nan(""); });
  refused([](TuneOptions& options, TuneRatings&) { options.trials = 0; });
  refused([](TuneOptions& options, TuneRatings&) { options.start.rank = 0; });
  refused([](TuneOptions& options, TuneRatings&) { options.start.threads = -1; });
  refused([](TuneOptions&, TuneRatings& parts) { parts.validation = {}; });
}

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

BOOST_AUTO_TEST_CASE(the_worse_half_at_a_rung_ends) {
  for (const Feedback feedback : {Feedback::kRatings, Feedback::kOneClass}) {
    const double sign = feedback == Feedback::kRatings ? 1.0 : -1.0;
    Halving halving(feedback);
    const struct {
      int epoch;
      double valid;
      bool goes_on;
    } rows[] = {{0, 9, true},
                {1, 9, true},
                {3, 5, true},
                {3, 6, true},
                {3, 7, true},
                {3, 8, false},
                {3, 4, true},
                {3, 7, false},
                {3, 5, true},
                {4, 99, true},
                {6, 9, true},
                {12, 99, true},
                {3, 9, false},
                {3, 1, true},
                {24, 1, true},
                {9, 99, true},
                {3, std::nan(""), false}};
    for (const auto& row : rows) {
      BOOST_TEST(halving.goes_on(row.epoch, sign * row.valid) == row.goes_on,
                 row.epoch << ", " << row.valid);
    }
  }
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

BOOST_AUTO_TEST_SUITE_END()
