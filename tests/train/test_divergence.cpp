// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "mfpar/error.hpp"
#include "rating_fixtures.hpp"
#include "sanitized.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

namespace {

struct Watched {
  TrainResult result;
  std::vector<DivergenceReport> divergences;
  std::vector<int> epochs;  ///< as reported
};

Watched watch(const SplitResult& data, const TrainOptions& options) {
  Watched watched;
  TrainHooks hooks;
  hooks.on_divergence = [&](const DivergenceReport& report) {
    watched.divergences.push_back(report);
  };
  hooks.on_epoch = [&](const EpochReport& report) { watched.epochs.push_back(report.epoch); };
  watched.result = train(data.training, data.validation, options, hooks);
  return watched;
}

TrainOptions rate_options(StepRule rule, double rate) {
  TrainOptions options = quick_options();
  options.step_rule = rule;
  options.learning_rate = rate;
  return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(test_divergence)

BOOST_AUTO_TEST_CASE(numbers_stay_finite_whatever_the_rate) {
  const SplitResult data = split_random(random_store(), 0.2, 1);
  const SplitResult labels = split_random(random_store({.labels = true}), 0.2, 1);
  for (const LossInfo& loss : losses()) {
    for (const StepRule rule : {StepRule::kAdaGrad, StepRule::kSgd}) {
      for (const int rank : {1, 17}) {
        for (const double rate : {1e-6, 1e-3, 0.1, 1.0, 3.0, 10.0, 100.0, 1e3}) {
          if (kSanitized && rate > 1e-6 && rate < 100.0) continue;
          TrainOptions options = rate_options(rule, rate);
          options = with_loss_of(options, loss.loss);
          options.rank = rank;
          options.schedule = rank == 1 ? Schedule::kHogwild : Schedule::kBlocks;
          const SplitResult& ratings = loss.takes_labels ? labels : data;
          const Watched watched = watch(ratings, options);
          BOOST_TEST((watched.result.stop_reason == StopReason::kEpochs));
          for (const float x : numbers_of(watched.result.model)) BOOST_REQUIRE(std::isfinite(x));
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(training_goes_on_with_half_the_rate_from_the_best_epoch) {
  const SplitResult data = split_random(random_store(), 0.2, 1);
  for (const bool validated : {true, false}) {
    SplitResult given = data;
    if (!validated) given.validation = {};
    const double rate = 200.0;
    const Watched watched = watch(given, rate_options(StepRule::kSgd, rate));
    BOOST_REQUIRE(!watched.divergences.empty());
    double expected = rate;
    for (const DivergenceReport& report : watched.divergences) {
      expected /= 2.0;
      BOOST_TEST(report.learning_rate == expected);
      BOOST_TEST(report.restored_epoch < report.epoch);
      BOOST_TEST(!report.what.empty());
    }
    // The history tells of every epoch once, though some were repeated.
    const std::vector<EpochReport>& history = watched.result.history;
    BOOST_REQUIRE(history.size() == 7u);
    for (std::size_t row = 0; row < history.size(); ++row) {
      BOOST_TEST(history[row].epoch == static_cast<int>(row));
    }
    BOOST_TEST(watched.epochs.size() >= history.size());
    // What comes of it predicts better than nothing.
    BOOST_TEST(error_of(watched.result.model, data.training) <
               error_of(train(data.training, {}, rate_options(StepRule::kSgd, 1e-9)).model,
                        data.training));
    const Watched again = watch(given, rate_options(StepRule::kSgd, rate));
    BOOST_TEST((numbers_of(again.result.model) == numbers_of(watched.result.model)));
  }
}

BOOST_AUTO_TEST_CASE(divergence_that_no_rate_ends_is_an_error) {
  const SplitResult data = split_random(random_store(), 0.2, 1);
  const TrainOptions options = rate_options(StepRule::kSgd, 1e15);
  BOOST_CHECK_EXCEPTION(train(data.training, data.validation, options), Error, [](const Error& e) {
    return e.code() == ErrorCode::kDiverged &&
           std::string(e.what()).find("lower the learning rate (now 1e+15)") != std::string::npos;
  });
}

BOOST_AUTO_TEST_SUITE_END()
