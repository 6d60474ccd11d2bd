// SPDX-License-Identifier: MIT
//
// Learning once more from all ratings, when some were held out to tell for how long.
#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>
#include <vector>

#include "mfpar/cross_validate.hpp"
#include "mfpar/error.hpp"
#include "mfpar/evaluate.hpp"
#include "rating_fixtures.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

namespace {

/// All ratings, a part of them held out, and what was learnt from the others.
struct Validated {
  explicit Validated(const TrainOptions& with, bool labels = false)
      : options(with),
        all(random_store({.users = 90, .items = 50, .labels = labels})),
        data(split_random(all, 0.2, 1)) {}

  TrainResult result() const { return train(data.training, data.validation, options); }

  TrainOptions options;
  RatingStore all;
  SplitResult data;
};

TrainOptions overfitting_options() {
  TrainOptions options = quick_options();
  options.epochs = 100;
  options.lambda_factors = options.lambda_biases = 0.0;
  options.learning_rate = 0.1;
  options.patience = 3;
  return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(test_refit)

BOOST_AUTO_TEST_CASE(all_ratings_are_learnt_from_for_as_many_epochs_as_were_best) {
  for (const Loss loss : {Loss::kSquared, Loss::kAbsolute, Loss::kLogistic}) {
    for (const bool biases : {true, false}) {
      for (const bool overfits : {true, false}) {
        TrainOptions options = overfits ? overfitting_options() : quick_options();
        options.loss = loss;
        options.biases = biases;
        options.init_scale = 0.1;
        const Validated of(options, loss == Loss::kLogistic);
        const TrainResult before = of.result();
        const TrainResult after = refit(of.all, before, options);
        const TrainingRecord &judged = before.model.parts().record,
                             &record = after.model.parts().record;
        BOOST_REQUIRE(judged.best_epoch > 0);
        options.epochs = judged.best_epoch;
        const FactorModel expected = train(of.all, {}, options).model;
        BOOST_TEST_CONTEXT("loss " << describe_loss(loss).name << " biases " << biases) {
          BOOST_TEST((numbers_of(after.model) == numbers_of(expected)));
          BOOST_TEST(after.model.parts().held_out.items.empty());
          BOOST_TEST((after.stop_reason == before.stop_reason));
          BOOST_TEST(after.history.size() == before.history.size());
          BOOST_TEST(record.best_epoch == judged.best_epoch);
          BOOST_TEST(record.best_report().valid_error == judged.best_report().valid_error);
          BOOST_TEST((record.options == judged.options));
          BOOST_TEST(record.ratings == of.all.size());
          BOOST_TEST(record.fingerprint == rating_fingerprint(of.all));
          BOOST_TEST(record.judged_ratings == of.data.training.size());
          BOOST_TEST(record.fingerprint - record.judged_fingerprint ==
                     rating_fingerprint(of.data.validation));
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(nothing_that_learnt_nothing_is_refitted) {
  TrainOptions options = quick_options();
  options.init_scale = 0.0;  // factors stay at zero
  options.biases = false;
  const Validated of(options);
  const TrainResult before = of.result();
  BOOST_REQUIRE(before.model.parts().record.best_epoch == 0);
  const TrainResult after = refit(of.all, before, options);
  BOOST_TEST((numbers_of(after.model) == numbers_of(before.model)));
  BOOST_TEST(after.model.parts().record.judged_ratings == 0u);
}

BOOST_AUTO_TEST_CASE(what_was_validated_stays_where_a_refit_cannot_be) {
  const Validated of(quick_options());
  const TrainResult before = of.result();
  std::stop_source stopped;
  stopped.request_stop();
  TrainHooks hooks;
  hooks.stop = stopped.get_token();
  TrainOptions exploding = of.options;
  exploding.step_rule = StepRule::kSgd;
  exploding.learning_rate = 1e15;
  const TrainResult after_stop = refit(of.all, before, of.options, hooks);
  const TrainResult diverged = refit(of.all, before, exploding);
  BOOST_TEST((after_stop.stop_reason == StopReason::kRequested));
  BOOST_TEST((diverged.stop_reason == StopReason::kDiverged));
  BOOST_TEST(diverged.divergence.find("from all ratings: training diverged") != std::string::npos,
             diverged.divergence);
  for (const TrainResult* const after : {&after_stop, &diverged}) {
    BOOST_TEST((numbers_of(after->model) == numbers_of(before.model)));
    BOOST_TEST(after->model.parts().record.judged_ratings == 0u);
    BOOST_TEST(!after->model.parts().held_out.items.empty());
  }
}

BOOST_AUTO_TEST_CASE(folds_measure_what_has_learnt_from_all_outside_of_them) {
  const RatingStore ratings = random_store({.users = 90, .items = 50});
  for (const auto& [refits, seeds] : {std::pair{true, 1}, {false, 1}, {true, 3}}) {
    TrainOptions options = quick_options();
    options.seeds = seeds;
    const CrossValidation result = cross_validate(
        ratings, options, {.folds = 3, .valid_fraction = 0.25, .refit = refits, .on_fold = {}});
    BOOST_REQUIRE(result.folds.size() == 3u);
    for (std::uint32_t fold = 0; fold < 3; ++fold) {
      const SplitResult outer =
          split_fold(ratings, 3, fold, derive_seed(options.seed, SeedUse::kFolds));
      const SplitResult inner =
          split_random(outer.training, 0.25, derive_seed(options.seed, SeedUse::kSplit, fold));
      TrainResult expected = train(inner.training, inner.validation, options);
      if (refits) expected = refit(outer.training, expected, options);
      BOOST_TEST(result.folds[fold].valid_error == error_of(expected.model, outer.validation),
                 boost::test_tools::tolerance(1e-5));
      BOOST_TEST(result.folds[fold].best_epoch == expected.model.parts().record.best_epoch);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
