// SPDX-License-Identifier: MIT
//
// Training on one-class feedback.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "mfpar/cross_validate.hpp"
#include "mfpar/error.hpp"
#include "mfpar/ranking_metrics.hpp"
#include "mfpar/split.hpp"
#include "mfpar/train.hpp"
#include "rating_fixtures.hpp"
#include "sanitized.hpp"
#include "train/als_solver.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

namespace {

TrainOptions als_options() {
  TrainOptions options = default_options(Feedback::kOneClass);
  options.rank = 6;
  options.epochs = 8;
  options.threads = 2;
  options.patience = 0;
  return options;
}

/// Users of two kinds, who choose among two kinds of items, at random within theirs.
SplitResult two_kinds() {
  Random random(3);
  std::vector<Rating> ratings;
  for (std::uint32_t user = 0; user < 120; ++user) {
    for (std::uint32_t item = 0; item < 80; ++item) {
      const bool is_own_kind = user % 2 == item % 2;
      if (random.uniform() < (is_own_kind ? 0.4 : 0.02)) {
        ratings.push_back({user, item, static_cast<float>(1 + random.below(5)), 0});
      }
    }
  }
  return split_random(store_of(ratings), 0.2, 1);
}

void check_refused(const RatingStore& ratings, const TrainOptions& options, ErrorCode code,
                   const std::string& words, const TrainHooks& hooks = {}) {
  BOOST_CHECK_EXCEPTION(train(ratings, {}, options, hooks), Error, [&](const Error& e) {
    const std::string what = e.what();
    if (e.code() != code || what.find(words) == what.npos) BOOST_TEST_MESSAGE(what);
    return e.code() == code && what.find(words) != what.npos;
  });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(test_als)

BOOST_AUTO_TEST_CASE(what_users_of_a_kind_choose_is_learnt) {
  const SplitResult data = two_kinds();
  const TrainResult result = train(data.training, data.validation, als_options());
  BOOST_TEST(result.history.size() == 9u);
  for (std::size_t epoch = 1; epoch < result.history.size(); ++epoch) {
    BOOST_TEST(result.history[epoch].objective < result.history[epoch - 1].objective);
    BOOST_TEST(std::isnan(result.history[epoch].train_error));
    BOOST_TEST(std::isnan(result.history[epoch].valid_error));
  }
  double own = 0.0, others = 0.0;
  const FactorModel& model = result.model;
  for (std::uint32_t user = 0; user < model.user_count(); ++user) {
    for (std::uint32_t item = 0; item < model.item_count(); ++item) {
      const bool is_own_kind = std::stoi(std::string(model.users().id(user))) % 2 ==
                               std::stoi(std::string(model.items().id(item))) % 2;
      (is_own_kind ? own : others) += model.score(user, item);
    }
  }
  BOOST_TEST(own > 5.0 * others);
  BOOST_TEST((model.feedback() == Feedback::kOneClass));
  BOOST_TEST(!model.has_biases());
  BOOST_TEST(model.parts().baseline.user_biases.empty());
  BOOST_TEST(model.parts().one_class_weights.unobserved_weight == 0.35f);
  BOOST_TEST(model.parts().fold_in.factors == 0.007f);
  BOOST_TEST(model.parts().fold_in.exponent == 0.0f);
}

// By lists that are made of all scores, one item after the other.
BOOST_AUTO_TEST_CASE(validation_is_the_mean_ndcg_over_the_whole_catalogue) {
  const SplitResult data = two_kinds();
  for (const std::optional<float> relevant : {std::optional<float>(), {4.0f}}) {
    for (const std::uint32_t top : {1u, 5u, 200u}) {
      TrainOptions options = als_options();
      options.one_class.relevant = relevant;
      options.one_class.valid_top = top;
      const TrainResult result = train(data.training, data.validation, options);
      const FactorModel& model = result.model;
      double sum = 0.0;
      int users = 0;
      for (UserIndex user = 0; user < model.user_count(); ++user) {
        std::vector<ItemIndex> wanted;
        for (auto at = data.validation.offsets()[user]; at < data.validation.offsets()[user + 1];
             ++at) {
          if (!relevant || data.validation.value(at) >= *relevant) {
            wanted.push_back(data.validation.item(at));
          }
        }
        if (wanted.empty()) continue;
        std::vector<ItemIndex> list;
        for (ItemIndex item = 0; item < model.item_count(); ++item) {
          if (!model.parts().trained.contains(user, item)) list.push_back(item);
        }
        std::ranges::stable_sort(list, std::greater(),
                                 [&](ItemIndex item) { return model.score(user, item); });
        sum += ndcg_at(list, wanted, top);
        ++users;
      }
      const auto best = static_cast<std::size_t>(model.parts().record.best_epoch);
      BOOST_TEST(result.history[best].valid_ndcg == sum / users,
                 boost::test_tools::tolerance(1e-3));
      for (const EpochReport& report : result.history) {
        BOOST_TEST(report.valid_ndcg <= result.history[best].valid_ndcg);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(training_ends_when_ndcg_no_longer_rises) {
  const SplitResult data = two_kinds();
  TrainOptions options = als_options();
  options.epochs = 400;
  options.patience = 3;
  const TrainResult result = train(data.training, data.validation, options);
  BOOST_TEST((result.stop_reason == StopReason::kPatience));
  const auto best = static_cast<std::size_t>(result.model.parts().record.best_epoch);
  BOOST_TEST(result.history.size() == best + 4);
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_model_for_any_number_of_threads) {
  const SplitResult data = two_kinds();
  TrainOptions options = als_options();
  std::vector<float> first;
  std::vector<double> ndcg;
  for (const int threads : {1, 2, 3, 8}) {
    options.threads = threads;
    const TrainResult result = train(data.training, data.validation, options);
    if (threads == 1) first = numbers_of(result.model);
    BOOST_TEST((numbers_of(result.model) == first), threads << " threads");
    for (std::size_t epoch = 0; epoch < result.history.size(); ++epoch) {
      if (threads == 1) ndcg.push_back(result.history[epoch].valid_ndcg);
      BOOST_TEST(result.history[epoch].valid_ndcg == ndcg[epoch]);
    }
  }
  options.seed = 2;
  BOOST_TEST((numbers_of(train(data.training, data.validation, options).model) != first));
}

BOOST_AUTO_TEST_CASE(ratings_below_what_is_relevant_are_known_and_not_chosen) {
  const RatingStore ratings = two_kinds().training;
  TrainOptions options = als_options();
  options.one_class.relevant = 4.0f;
  const FactorModel model = train(ratings, {}, options).model;
  BOOST_TEST(model.parts().one_class_weights.relevant.value() == 4.0f);
  BOOST_TEST(model.parts().trained.items.size() == ratings.size());
  std::uint64_t chosen = 0;
  for (UserIndex user = 0; user < ratings.user_count(); ++user) {
    for (auto at = ratings.offsets()[user]; at < ratings.offsets()[user + 1]; ++at) {
      const bool is_relevant = ratings.value(at) >= 4.0f;
      BOOST_TEST(model.has_chosen(user, ratings.item(at)) == is_relevant);
      chosen += is_relevant;
    }
  }
  BOOST_TEST(model.parts().chosen.items.size() == chosen);
  const FactorModel of_all = train(ratings, {}, als_options()).model;
  BOOST_TEST(of_all.parts().chosen.offsets.empty());
  BOOST_TEST(of_all.parts().trained.items.size() == ratings.size());
}

// What counts several times weighs as much as so many: the score of a positive nears 1.
BOOST_AUTO_TEST_CASE(confidence_draws_scores_towards_one) {
  const RatingStore ratings = two_kinds().training;
  TrainOptions options = als_options();
  const auto mean_miss = [&](Confidence confidence) {
    options.one_class.confidence = confidence;
    const FactorModel model = train(ratings, {}, options).model;
    double sum = 0.0;
    for (UserIndex user = 0; user < ratings.user_count(); ++user) {
      for (auto at = ratings.offsets()[user]; at < ratings.offsets()[user + 1]; ++at) {
        sum += std::abs(1.0 - double{model.score(user, ratings.item(at))});
      }
    }
    return sum;
  };
  const double none = mean_miss(Confidence::kNone), log = mean_miss(Confidence::kLog),
               value = mean_miss(Confidence::kValue);
  BOOST_TEST(log < none);
  BOOST_TEST(value < log);
}

BOOST_AUTO_TEST_CASE(training_goes_on_from_a_model) {
  const RatingStore ratings = two_kinds().training;
  TrainOptions options = als_options();
  options.epochs = 40;
  const FactorModel model = train(ratings, {}, options).model;
  options.epochs = 1;
  TrainHooks hooks;
  hooks.warm_start = &model;
  const double fresh = train(ratings, {}, options).history.back().objective;
  const double going_on = train(ratings, {}, options, hooks).history.front().objective;
  BOOST_TEST(going_on < 0.99 * fresh);
  options.rank = 7;
  check_refused(ratings, options, ErrorCode::kBadOption, "rank 6", hooks);
  const FactorModel of_ratings = train(ratings, {}, quick_options()).model;
  TrainHooks from_ratings;
  from_ratings.warm_start = &of_ratings;
  check_refused(ratings, als_options(), ErrorCode::kBadOption,
                "trained on ratings feedback; train on the same", from_ratings);
  TrainOptions six = quick_options();
  six.rank = 6;
  check_refused(ratings, six, ErrorCode::kBadOption, "trained on one-class feedback", hooks);
}

BOOST_AUTO_TEST_CASE(extreme_penalties_and_ranks_leave_finite_models) {
  const SplitResult data = two_kinds();
  for (const double lambda : {0.0, 1e-30, 1e12}) {
    for (const int rank : {1, kSanitized ? 40 : 300}) {
      TrainOptions options = als_options();
      options.one_class.lambda = lambda;
      options.rank = rank;
      options.epochs = 3;
      const TrainResult result = train(data.training, data.validation, options);
      for (const EpochReport& report : result.history) BOOST_TEST(std::isfinite(report.objective));
      for (const float x : numbers_of(result.model)) BOOST_REQUIRE(std::isfinite(x));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_stop_request_ends_training) {
  const SplitResult data = two_kinds();
  std::stop_source source;
  TrainOptions options = als_options();
  options.epochs = 1'000'000;
  TrainHooks hooks;
  hooks.stop = source.get_token();
  hooks.on_epoch = [&](const EpochReport& report) {
    if (report.epoch == 2) source.request_stop();
  };
  const TrainResult result = train(data.training, data.validation, options, hooks);
  BOOST_TEST((result.stop_reason == StopReason::kRequested));
  BOOST_TEST(result.history.size() >= 3u);
}

BOOST_AUTO_TEST_CASE(options_that_do_not_fit_are_refused) {
  const RatingStore ratings = two_kinds().training;
  const auto refused = [&](const auto& change, ErrorCode code, const std::string& words) {
    TrainOptions options = als_options();
    change(options);
    check_refused(ratings, options, code, words);
  };
  using Options = TrainOptions&;
  const auto bad_option = ErrorCode::kBadOption;
  refused([](Options o) { o.method = Method::kSgd; }, bad_option, "not learnt by method sgd");
  refused([](Options o) { o.feedback = Feedback::kRatings; }, bad_option,
          "not learnt by method als");
  refused([](Options o) { o.loss = Loss::kAbsolute; }, bad_option, "loss absolute");
  refused([](Options o) { o.train_error = TrainError::kRunning; }, bad_option, "train-mse");
  refused([](Options o) { o.one_class.unobserved_weight = 0.0; }, bad_option,
          "unobserved-weight is 0; it must be 1e-12 to 1e+12");
  refused([](Options o) { o.one_class.lambda = -1.0; }, bad_option, "lambda-one-class is -1");
  refused([](Options o) { o.one_class.exponent = 1.5; }, bad_option, "penalty-exponent is 1.5");
  refused([](Options o) { o.one_class.valid_top = 0; }, bad_option, "valid-top is 0");
  refused([](Options o) { o.one_class.relevant = INFINITY; }, bad_option, "relevant is inf");
  refused([](Options o) { o.one_class.relevant = 6.0f; }, ErrorCode::kBadData,
          "no training rating is relevant, from 6 on: the highest is 5");
  const RatingStore mixed = store_of({{0, 0, 1.0f, 0}, {0, 1, -2.0f, 0}, {1, 0, 3e8f, 0}});
  TrainOptions options = als_options();
  options.one_class.confidence = Confidence::kValue;
  check_refused(mixed, options, ErrorCode::kBadData, "a positive has the value -2");
  options.one_class.relevant = 0.0f;
  check_refused(mixed, options, ErrorCode::kBadData, "a positive has the value 3e+08");
  BOOST_CHECK_THROW(cross_validate(ratings, als_options(), {}), Error);
}

BOOST_AUTO_TEST_SUITE_END()
