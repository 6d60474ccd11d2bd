// SPDX-License-Identifier: MIT
//
// Learning by Gibbs sampling, as train() does it.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "kinds.hpp"
#include "mfpar/cross_validate.hpp"
#include "mfpar/error.hpp"
#include "mfpar/fold_in.hpp"
#include "mfpar/fold_in_session.hpp"
#include "mfpar/synthetic.hpp"
#include "rating_fixtures.hpp"
#include "refused_options.hpp"
#include "sanitized.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_gibbs)

namespace {

TrainOptions gibbs_options(int samples = 60, int burn_in = 20) {
  TrainOptions options = default_options(Method::kGibbs);
  options.rank = 3;
  options.threads = 2;
  options.gibbs.samples = samples;
  options.gibbs.burn_in = burn_in;
  options.gibbs.monte_carlo_error = 0.0;
  return options;
}

SplitResult split_data() {
  return split_random(random_store({.users = 90, .items = 60, .density = 0.3}), 0.2, 1);
}

double coverage_of(const FactorModel& model, const RatingStore& ratings) {
  double within = 0.0;
  for (UserIndex user = 0; user < ratings.user_count(); ++user) {
    ratings.for_each(ratings.offsets()[user], ratings.offsets()[user + 1],
                     [&](ItemIndex item, float rating) {
                       const RatingInterval interval = model.interval(user, item);
                       within += interval.p5 <= rating && rating <= interval.p95;
                     });
  }
  return within / static_cast<double>(ratings.size());
}

double mean_sd(const FactorModel& model, const RatingStore& ratings) {
  double total = 0.0;
  for (UserIndex user = 0; user < ratings.user_count(); ++user) {
    ratings.for_each(ratings.offsets()[user], ratings.offsets()[user + 1],
                     [&](ItemIndex item, float) { total += double{model.sd(user, item)}; });
  }
  return total / static_cast<double>(ratings.size());
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_mean_of_samples_predicts_better_than_sgd) {
  if (kSanitized) return;  // many samples, which are drawn as few are
  const SplitResult data = split_data();
  TrainOptions sgd;
  sgd.schedule = Schedule::kBlocks;
  const double by_sgd = error_of(train(data.training, data.validation, sgd).model, data.validation);
  const TrainResult result = train(data.training, data.validation, gibbs_options());
  BOOST_TEST(error_of(result.model, data.validation) < 0.95 * by_sgd);
}

BOOST_AUTO_TEST_CASE(the_report_is_of_the_model_that_comes_back) {
  const SplitResult data = split_data();
  const TrainResult result = train(data.training, data.validation, gibbs_options());
  BOOST_REQUIRE(result.sampling.has_value());
  const SamplingReport& report = *result.sampling;
  BOOST_TEST(report.samples == 60);
  BOOST_TEST(report.rank == static_cast<int>(result.model.rank()));
  BOOST_TEST(report.model_error == error_of(result.model, data.validation),
             boost::test_tools::tolerance(1e-5));
  BOOST_TEST(std::abs(report.model_error / report.samples_error - 1.0) < 0.02);
  BOOST_TEST(report.r_hat >= 1.0);
  BOOST_TEST(report.effective_samples > 1.0);
  BOOST_TEST(report.effective_samples <= 60.0);
  BOOST_TEST((result.stop_reason == StopReason::kEpochs));

  // A row every ten sweeps; samples have errors of their own until there is a mean of them.
  BOOST_REQUIRE(result.history.size() == 8u);
  for (std::size_t row = 0; row < 8; ++row) {
    BOOST_TEST(result.history[row].epoch == static_cast<int>(10 * (row + 1)));
    BOOST_TEST(result.history[row].train_error < 0.5);
    BOOST_TEST(std::isnan(result.history[row].objective));
  }
  BOOST_TEST(result.history.back().valid_error == report.samples_error);
  const TrainingRecord& record = result.model.parts().record;
  BOOST_TEST(record.best_epoch == 80);
  BOOST_TEST(record.history.size() == 8u);
  BOOST_TEST(record.ratings == data.training.size());
}

BOOST_AUTO_TEST_CASE(the_same_model_comes_of_any_number_of_threads) {
  const SplitResult data = split_data();
  for (const bool validated : {true, false}) {
    const RatingStore held_out = validated ? data.validation : RatingStore();
    TrainOptions options = gibbs_options(5, 3);
    options.threads = 1;
    const std::vector<float> expected = numbers_of(train(data.training, held_out, options).model);
    for (const int threads : {3, 2, 16}) {
      if (kSanitized && threads != 3) continue;
      options.threads = threads;
      BOOST_TEST((numbers_of(train(data.training, held_out, options).model) == expected));
    }
    options.seed = 9;
    BOOST_TEST((numbers_of(train(data.training, held_out, options).model) != expected));
  }
}

BOOST_AUTO_TEST_CASE(features_say_what_to_expect_where_there_are_no_ratings) {
  if (kSanitized) return;  // other tests show the sanitizers the same code, in less time
  const Kinds kinds;
  for (const bool links : {true, false}) {
    TrainOptions options = gibbs_options();
    options.rank = 7;
    options.gibbs.links = links;
    const FactorModel without = kinds.train_with(nullptr, nullptr, options);
    const FactorModel items = kinds.train_with(nullptr, &kinds.item_features, options);
    const FactorModel both = kinds.train_with(&kinds.user_features, &kinds.item_features, options);
    BOOST_TEST(kinds.error(items, false, true) < 0.35 * kinds.error(without, false, true));
    BOOST_TEST(kinds.error(both, true, false) < 0.35 * kinds.error(without, true, false));
    BOOST_TEST(kinds.error(both, true, true) < 0.35 * kinds.error(without, true, true));

    options.gibbs.samples = 5;
    options.gibbs.burn_in = 3;
    std::vector<std::vector<float>> all;
    for (const int threads : {1, 3}) {
      options.threads = threads;
      all.push_back(
          numbers_of(kinds.train_with(&kinds.user_features, &kinds.item_features, options)));
    }
    BOOST_TEST((all[0] == all[1]));
  }
}

BOOST_AUTO_TEST_CASE(sampling_ends_when_it_is_as_sure_as_was_asked_for) {
  if (kSanitized) return;  // other tests show the sanitizers the same code, in less time
  const SplitResult data = split_data();
  TrainOptions options = gibbs_options(2000);
  constexpr double kSure = 0.02;
  options.gibbs.monte_carlo_error = kSure;
  for (const bool validated : {true, false}) {
    const TrainResult result =
        train(data.training, validated ? data.validation : RatingStore(), options);
    BOOST_TEST((result.stop_reason == StopReason::kPatience));
    BOOST_TEST(result.sampling->samples >= 50);
    BOOST_TEST(result.sampling->samples < 2000);
    BOOST_TEST(result.sampling->monte_carlo_error <= kSure);
    BOOST_TEST(std::isnan(result.sampling->model_error) == !validated);
  }
}

BOOST_AUTO_TEST_CASE(refit_and_folds_take_the_samples_that_were_judged) {
  if (kSanitized) return;  // other tests show the sanitizers the same code, in less time
  const RatingStore all = random_store({.users = 60, .items = 40});
  const SplitResult data = split_random(all, 0.2, 1);
  const TrainOptions options = gibbs_options(30, 10);
  const TrainResult judged = train(data.training, data.validation, options);
  const TrainResult refitted = refit(all, judged, options);
  const TrainingRecord& record = refitted.model.parts().record;
  BOOST_TEST(record.best_epoch == 40);
  BOOST_TEST(record.ratings == all.size());
  BOOST_TEST(record.judged_ratings == data.training.size());
  BOOST_TEST((numbers_of(refitted.model) == numbers_of(train(all, {}, options).model)));

  CrossValidationOptions three;
  three.folds = 3;
  const CrossValidation folds = cross_validate(all, options, three);
  for (const FoldReport& fold : folds.folds) {
    BOOST_TEST(fold.valid_error < 0.7 * fold.baseline_error);
    BOOST_TEST(fold.best_epoch == 40);
  }
}

BOOST_AUTO_TEST_CASE(a_stop_request_leaves_the_mean_so_far) {
  const SplitResult data = split_data();
  for (const int at : {10, 50}) {  // in the burn-in, and behind it
    std::stop_source source;
    const TrainResult result = train(data.training, data.validation, gibbs_options(),
                                     {.on_epoch =
                                          [&](const EpochReport& report) {
                                            if (report.epoch == at) source.request_stop();
                                          },
                                      .stop = source.get_token()});
    BOOST_TEST((result.stop_reason == StopReason::kRequested));
    BOOST_TEST(result.model.parts().record.best_epoch == at);
    BOOST_TEST(result.sampling->samples == std::max(0, at - 20));
    BOOST_TEST(error_of(result.model, data.validation) < 1.0);
  }
}

BOOST_AUTO_TEST_CASE(new_users_fold_into_the_mean) {
  if (kSanitized) return;  // other tests show the sanitizers the same code, in less time
  const RatingStore all = random_store({.users = 120, .items = 60, .density = 0.5});
  const TrainResult result = train(all, {}, gibbs_options());
  // Half of a user's ratings, as of a stranger, predict the other half.
  double folded = 0.0, average = 0.0;
  std::size_t count = 0;
  for (UserIndex user = 0; user < 40; ++user) {
    std::vector<FoldInRating> given;
    for (auto at = all.offsets()[user]; at < all.offsets()[user + 1]; at += 2) {
      given.push_back({all.item(at), all.value(at)});
    }
    const FoldedIn row = fold_in_user(result.model, given);
    for (auto at = all.offsets()[user] + 1; at < all.offsets()[user + 1]; at += 2) {
      const ItemIndex item = all.item(at);
      double score = double{result.model.score(kNoIndex, item)} + double{row.bias};
      average += std::pow(double{result.model.score(kNoIndex, item)} - double{all.value(at)}, 2);
      for (std::uint32_t f = 0; f < result.model.rank(); ++f) {
        score += double{row.factors[f] * result.model.item_row(item)[f]};
      }
      folded += std::pow(score - double{all.value(at)}, 2);
      ++count;
    }
  }
  BOOST_REQUIRE(count > 400u);
  BOOST_TEST(folded < 0.6 * average);
}

BOOST_AUTO_TEST_CASE(intervals_hold_as_many_ratings_as_they_say) {
  if (kSanitized) return;  // many samples, which are drawn as few are
  const SplitResult outer =
      split_random(random_store({.users = 150, .items = 80, .density = 0.3}), 0.25, 1);
  const SplitResult inner = split_random(outer.training, 0.2, 2);
  const TrainResult result = train(inner.training, inner.validation, gibbs_options());
  BOOST_REQUIRE(result.model.has_variance());
  BOOST_TEST(result.model.parts().variance.rank == 4u);
  BOOST_TEST(result.sampling->interval_coverage > 0.8);
  BOOST_TEST(result.sampling->interval_coverage < 1.0);
  BOOST_TEST(std::abs(result.sampling->interval_scale - 1.0) < 0.2);
  const double coverage = coverage_of(result.model, outer.validation);
  BOOST_TEST(std::abs(coverage - 0.9) < 0.04, coverage);

  // Learnt once more, by the same scale: known of more ratings, so not less sure.
  const TrainResult again = refit(outer.training, result, gibbs_options());
  BOOST_TEST(std::abs(coverage_of(again.model, outer.validation) - 0.9) < 0.04);
  BOOST_TEST(mean_sd(again.model, outer.validation) < mean_sd(result.model, outer.validation));

  TrainOptions without = gibbs_options();
  without.gibbs.variance_rank = 0;
  const FactorModel plain = train(inner.training, inner.validation, without).model;
  BOOST_TEST(!plain.has_variance());
  BOOST_TEST(std::ranges::equal(plain.parts().items.factors, result.model.parts().items.factors));
}

BOOST_AUTO_TEST_CASE(folded_in_users_are_as_sure_as_trained_ones) {
  if (kSanitized) return;  // many samples, which are drawn as few are
  const SplitResult data = split_data();
  const FactorModel model = train(data.training, data.validation, gibbs_options()).model;
  const auto shared = std::make_shared<const FactorModel>(model);
  double folded = 0.0, trained = 0.0;
  for (UserIndex user = 0; user < model.user_count(); ++user) {
    std::vector<FoldInRating> ratings;
    data.training.for_each(data.training.offsets()[user], data.training.offsets()[user + 1],
                           [&](ItemIndex item, float value) {
                             ratings.push_back({item, value});
                           });
    const FoldedIn row = fold_in_user(model, ratings);
    BOOST_REQUIRE(row.variance.size() == model.parts().variance.rank);
    BOOST_TEST(row.noise_variance == model.noise_variance(kNoIndex));
    const FoldInSession session(shared, ratings);
    for (std::size_t r = 0; r < row.variance.size(); ++r) {
      BOOST_TEST(session.row().variance[r] == row.variance[r], boost::test_tools::tolerance(1e-3f));
    }
    for (ItemIndex item = 0; item < model.item_count(); ++item) {
      folded += double{model.sd(row.variance, 0.0f, item)};
      trained += double{model.sd(model.user_variance(user), 0.0f, item)};
    }
  }
  BOOST_TEST(std::abs(folded / trained - 1.0) < 0.1);

  // More ratings, less doubt.
  const auto sd_with = [&](std::size_t count) {
    std::vector<FoldInRating> ratings;
    for (ItemIndex item = 0; item < count; ++item) ratings.push_back({item, 4.0f});
    const FoldedIn row = fold_in_user(model, ratings);
    return model.sd(row.variance, 0.0f, 40);
  };
  BOOST_TEST(sd_with(2) > sd_with(30));
}

BOOST_AUTO_TEST_CASE(odd_ratings_are_sampled_too) {
  struct Case {
    const char* what;
    std::vector<Rating> ratings;
  };
  std::vector<Rating> same, one_user, one_item, huge;
  for (std::uint32_t n = 0; n < 30; ++n) {
    same.push_back({n % 6, n / 6, 4.0f, 0});
    one_user.push_back({0, n, static_cast<float>(n % 5), 0});
    one_item.push_back({n, 0, static_cast<float>(n % 5), 0});
    huge.push_back({n % 6, n / 6, n % 2 == 0 ? 1e9f : -1e9f, 0});
  }
  for (const Case& c :
       {Case{"one rating", {{0, 0, 3.0f, 0}}}, Case{"the same everywhere", same},
        Case{"one user", one_user}, Case{"one item", one_item}, Case{"huge", huge}}) {
    const TrainResult result =
        train(store_of(c.ratings), {}, gibbs_options(kSanitized ? 5 : 20, 5));
    for (const float x : numbers_of(result.model)) BOOST_REQUIRE_MESSAGE(std::isfinite(x), c.what);
  }
  const TrainResult result = train(store_of(same), {}, gibbs_options(20, 5));
  BOOST_TEST(result.model.predict(0, 0) == 4.0f);
}

BOOST_AUTO_TEST_CASE(options_that_it_cannot_use_are_refused) {
  const RatingStore all = random_store();
  const FactorModel model = train(all, {}, gibbs_options(2, 1)).model;
  struct Case {
    std::string said;
    std::function<void(TrainOptions&)> change;
  };
  const std::vector<Case> cases{
      {"normal", [](TrainOptions& o) { o.loss = Loss::kAbsolute; }},
      {"biases", [](TrainOptions& o) { o.biases = false; }},
      {"train-mse", [](TrainOptions& o) { o.train_error = TrainError::kRunning; }},
      {"rank of method gibbs is 257", [](TrainOptions& o) { o.rank = 257; }},
      {"samples is 0", [](TrainOptions& o) { o.gibbs.samples = 0; }},
      {"burn-in is -1", [](TrainOptions& o) { o.gibbs.burn_in = -1; }},
      {"monte-carlo-error is 2", [](TrainOptions& o) { o.gibbs.monte_carlo_error = 2; }},
      {"posterior-rank is 0", [](TrainOptions& o) { o.gibbs.posterior_rank = 0; }},
      {"seeds", [](TrainOptions& o) { o.seeds = 2; }},
      {"one-class", [](TrainOptions& o) { o.feedback = Feedback::kOneClass; }}};
  for (const Case& c : cases) {
    TrainOptions options = gibbs_options(2, 1);
    c.change(options);
    const std::string message = message_of([&] { train(all, {}, options); });
    BOOST_TEST(message.find(c.said) != std::string::npos, message);
  }
  TrainHooks hooks;
  hooks.warm_start = &model;
  const std::string message = message_of([&] { train(all, {}, gibbs_options(2, 1), hooks); });
  BOOST_TEST(message.find("leave warm-start out") != std::string::npos, message);
}

BOOST_AUTO_TEST_SUITE_END()
