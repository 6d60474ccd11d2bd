// SPDX-License-Identifier: MIT
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "kinds.hpp"
#include "mfpar/error.hpp"
#include "mfpar/tune.hpp"
#include "rating_fixtures.hpp"
#include "sanitized.hpp"
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
  TuneOptions options{.start = quick_options(), .fixed = {"method", "rank"}, .seconds = kLong};
  options.start.threads = threads;
  options.start.patience = 2;
  options.start.epochs = 12;
  options.trials = trials;
  return options;
}

TuneOptions one_class_options(std::size_t trials) {
  TuneOptions options{.start = default_options(Feedback::kOneClass), .fixed = {"rank"}};
  options.start.rank = 8;
  options.start.one_class.relevant = 3.5f;  // who rated what is random here
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
      int behind = 0;
      for (const TuneTrial& trial : result.trials) {
        BOOST_TEST(!is_better(feedback, trial.valid, best.valid));
        BOOST_TEST(trial.options.rank == options.start.rank);
        different.insert(described(trial));
        if (trial.end != TrialEnd::kBehind) continue;
        ++behind;
        BOOST_TEST(trial.epochs >= 4);
        BOOST_TEST(trial.number > 0u);
      }
      BOOST_TEST((behind > 0 || feedback == Feedback::kOneClass));
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
  const auto end_after_an_epoch = [&](const TuneProgress& progress) {
    if (progress.epochs > 0) now = 20.0;
  };
  result = tune(ratings, options, {.on_progress = end_after_an_epoch, .clock = clock});
  BOOST_TEST(result.trials.size() == 1u);
  BOOST_TEST((result.trials[0].end == TrialEnd::kTime));
  BOOST_TEST(result.trials[0].epochs > 0);
  BOOST_TEST(result.trials[0].epochs < 1'000'000);
  BOOST_TEST(result.test == result.start_test);
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

/// Both methods of learning ratings.
TuneOptions options_of_both(std::size_t trials) {
  TuneOptions options = small_options(trials, 2);
  options.fixed = {"rank"};
  options.start.gibbs.samples = 30;
  options.start.gibbs.burn_in = 10;
  return options;
}

BOOST_AUTO_TEST_CASE(ratings_are_learnt_by_either_method) {
  if (kSanitized) return;  // other tests show the sanitizers the same code, in less time
  const TuneRatings ratings = small_ratings();
  TuneOptions options = options_of_both(6);
  const TuneResult result = tune(ratings, options);
  BOOST_TEST(result.trials.size() >= 3u);
  BOOST_TEST((result.trials[0].options.method == Method::kSgd));
  const TuneTrial& sampled = result.trials[1];
  BOOST_TEST((sampled.options.method == Method::kGibbs));
  BOOST_TEST(sampled.options.rank == options.start.rank);
  BOOST_TEST(sampled.best_epoch == 40);
  BOOST_TEST(sampled.epochs == 40);
  const TrainResult again = train(ratings.training, ratings.validation, sampled.options);
  BOOST_TEST(sampled.valid == again.history.back().valid_error);

  // Given, it is the only one; all of its options tried, the search ends.
  options.fixed.emplace_back("method");
  options.start.method = Method::kGibbs;
  const TuneResult sampled_only = tune(ratings, options);
  BOOST_TEST(sampled_only.trials.size() == 2u);  // with links and without
  for (const TuneTrial& trial : sampled_only.trials) {
    BOOST_TEST((trial.options.method == Method::kGibbs));
  }
  BOOST_TEST(sampled_only.refitted);
  const TuneTrial& best = sampled_only.trials[sampled_only.best.value()];
  const TrainResult alone = train(ratings.training, ratings.validation, best.options);
  const TrainResult by_hand = refit(ratings.refit, alone, best.options);
  BOOST_TEST((numbers_of(by_hand.model) == numbers_of(sampled_only.model)));
}

BOOST_AUTO_TEST_CASE(samples_end_when_the_time_is_over) {
  const TuneRatings ratings = small_ratings();
  TuneOptions options = options_of_both(1000);
  options.start.gibbs.samples = 1'000'000;
  options.start.gibbs.monte_carlo_error = 0.0;
  options.seconds = 10.0;
  const struct {
    int burn_in;
    bool refit;
    double at;  // where the clock stands while the chain runs
    bool has_result;
  } rows[] = {
      {3, true, 0.1, true},
      {1'000'000, true, 0.1, false},  // leads to nothing
      {3, false, 10.5, true},
      {3, true, 5.0, true},  // as long again is kept for learning once more
  };
  for (const auto& row : rows) {
    options.start.gibbs.burn_in = row.burn_in;
    TuneRatings parts = ratings;
    if (!row.refit) parts.refit = {};
    std::atomic<double> now = 0.0;
    const auto set_clock = [&](const TuneProgress& progress) {
      if (progress.ended == 0) return;
      const std::size_t sweeps = progress.epochs - static_cast<std::size_t>(progress.best->epochs);
      if (now == row.at) {
        now = 12.0;
      } else if (sweeps >= 20 && now == 0.0) {
        now = row.at;
      }
    };
    const TuneResult result =
        tune(parts, options, {.on_progress = set_clock, .clock = [&] { return now.load(); }});
    BOOST_REQUIRE(result.trials.size() >= 2u);
    const TuneTrial& chain = result.trials[1];
    BOOST_TEST((chain.end == TrialEnd::kTime));
    BOOST_TEST(chain.epochs < 1'000'000);
    BOOST_TEST(std::isnan(chain.valid) == !row.has_result);
    BOOST_TEST((result.best.has_value() && result.test > 0.0));
  }
}

BOOST_AUTO_TEST_CASE(every_trial_knows_of_features) {
  if (kSanitized) return;  // other tests show the sanitizers the same code, in less time
  const Kinds kinds;
  const TuneRatings ratings = split_for_tuning(kinds.training, 0.1, 0.1, 1);
  TuneOptions options = options_of_both(3);
  options.start.rank = 8;
  options.start.epochs = 30;
  const TuneResult without = tune(ratings, options);
  TuneHooks hooks;
  hooks.user_features = &kinds.user_features;
  hooks.item_features = &kinds.item_features;
  const TuneResult with = tune(ratings, options, hooks);
  TrainHooks of_training;
  of_training.user_features = hooks.user_features;
  of_training.item_features = hooks.item_features;
  for (std::size_t number = 0; number < 2; ++number) {
    const TuneTrial& trial = with.trials[number];
    const TrainResult again =
        train(ratings.training, ratings.validation, trial.options, of_training);
    BOOST_TEST(trial.valid ==
               (number == 0 ? again.error_by_features : again.history.back().valid_error));
    BOOST_TEST(trial.valid < without.trials[number].valid);
  }
  // So does the model that was learnt once more.
  BOOST_TEST(with.refitted);
  BOOST_TEST(kinds.error(with.model, true, true) < 0.5 * kinds.error(without.model, true, true));
}

BOOST_AUTO_TEST_CASE(trials_that_diverge_are_passed_over) {
  const TuneRatings ratings = small_ratings();
  TuneOptions options = small_options(8);
  options.start.step_rule = StepRule::kSgd;
  options.start.learning_rate = 1e15;
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

BOOST_AUTO_TEST_SUITE_END()
