// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numeric>
#include <vector>

#include "mfpar/error.hpp"
#include "mfpar/evaluate.hpp"
#include "mfpar/split.hpp"
#include "mfpar/synthetic.hpp"
#include "mfpar/train.hpp"
#include "rating_fixtures.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_train)

BOOST_AUTO_TEST_CASE(a_noiseless_low_rank_matrix_is_learnt) {
  Random random(1);
  std::vector<double> p(300), q(600);
  for (auto& x : p) x = random.normal();
  for (auto& x : q) x = random.normal();
  std::vector<Rating> ratings;
  for (std::uint32_t u = 0; u < 100; ++u) {
    for (std::uint32_t i = 0; i < 200; ++i) {
      const double value = std::inner_product(&p[3 * u], &p[3 * u] + 3, &q[3 * i], 0.0);
      ratings.push_back({u, i, static_cast<float>(value), 0});
    }
  }
  const SplitResult data = split_random(store_of(ratings), 0.2, 1);
  TrainOptions options;
  options.rank = 3;
  options.biases = false;
  options.epochs = 10;
  options.lambda_factors = 0.0;
  options.learning_rate = 0.5;
  options.init_scale = 0.3;
  options.threads = 2;
  const auto history = history_of(data, options);
  BOOST_TEST(history.size() == 11u);
  BOOST_TEST(history.front().valid_error > 1.0);
  BOOST_TEST(history.back().valid_error < 8e-4);
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_model_for_any_number_of_threads) {
  const SplitResult data = split_random(random_store({.users = 150, .items = 70}), 0.2, 1);
  auto options = quick_options();
  options.patience = 2;
  const auto model_with = [&](int threads) {
    options.threads = threads;
    return numbers_of(train(data.training, data.validation, options).model);
  };
  const auto one = model_with(1);
  for (const int threads : {2, 3, 16}) BOOST_TEST((model_with(threads) == one));
  options.seed = 2;
  BOOST_TEST((model_with(1) != one));
}

// Ratings that are moved in become the model's lists without a copy; those that somebody else holds
// stay as they were.
BOOST_AUTO_TEST_CASE(ratings_given_away_are_held_once) {
  for (const bool half_stars : {true, false}) {
    const RandomRatings shape = {.users = 150, .items = 70, .half_stars = half_stars};
    const RatingStore kept = random_store(shape);
    std::vector<ItemIndex> items;
    for (std::uint64_t at = 0; at < kept.size(); ++at) items.push_back(kept.item(at));
    const auto fingerprint = rating_fingerprint(kept, 1);
    const FactorModel of_kept = train(kept, {}, quick_options()).model;
    BOOST_TEST(rating_fingerprint(kept, 1) == fingerprint);

    RatingStore given = random_store(shape);
    BOOST_REQUIRE(given.is_compact() == half_stars);
    const void* const memory = given.parts().compact.data();
    const FactorModel of_given = train(std::move(given), {}, quick_options()).model;
    BOOST_TEST((numbers_of(of_given) == numbers_of(of_kept)));
    for (const FactorModel* model : {&of_kept, &of_given}) {
      const ItemLists& trained = model->parts().trained;
      BOOST_TEST(trained.offsets.span() == kept.offsets(), boost::test_tools::per_element());
      BOOST_TEST(trained.items.span() == items, boost::test_tools::per_element());
    }
    if (half_stars) {
      BOOST_TEST(static_cast<const void*>(of_given.parts().trained.items.data()) == memory);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_stop_request_returns_the_model_so_far) {
  const SplitResult data = split_random(random_store(), 0.2, 1);
  std::stop_source source;
  TrainHooks hooks;
  hooks.stop = source.get_token();
  hooks.on_epoch = [&](const EpochReport& report) {
    if (report.epoch == 3) source.request_stop();
  };
  auto options = quick_options();
  options.epochs = 100'000;
  const TrainResult result = train(data.training, data.validation, options, hooks);
  BOOST_TEST((result.stop_reason == StopReason::kRequested));
  BOOST_TEST(result.history.size() >= 4u);
  BOOST_TEST(result.history.size() <= 6u);
  BOOST_TEST(error_of(result.model, data.validation) < result.history.front().valid_error);
}

BOOST_AUTO_TEST_CASE(training_goes_on_from_an_earlier_model_by_id) {
  const RandomRatings shape{.users = 80, .items = 50};
  const SplitResult data = split_random(random_store(shape), 0.2, 1);
  auto options = quick_options();
  options.epochs = 15;
  const FactorModel first = train(data.training, data.validation, options).model;
  // The same ratings under another relabelling: indices differ, ids do not.
  const RatingStore again = [&] {
    std::vector<Rating> ratings;
    for (UserIndex user = 0; user < data.training.user_count(); ++user) {
      for (auto at = data.training.offsets()[user]; at < data.training.offsets()[user + 1]; ++at) {
        ratings.push_back(
            {static_cast<UserIndex>(std::stoul(data.training.parts().users->id(user))),
             static_cast<ItemIndex>(
                 std::stoul(data.training.parts().items->id(data.training.item(at)))),
             data.training.value(at), 0});
      }
    }
    return store_of(ratings, 99);
  }();
  TrainHooks hooks;
  hooks.warm_start = &first;
  options.epochs = 1;
  const TrainResult next = train(again, {}, options, hooks);
  BOOST_TEST(next.history.front().train_error == error_of(first, data.training),
             boost::test_tools::tolerance(1e-3));
  options.rank = 5;
  BOOST_CHECK_THROW(train(again, {}, options, hooks), Error);
}

BOOST_AUTO_TEST_CASE(rows_without_training_ratings_are_zero) {
  // Users 10 and up and items 30 and up are in the validation part only.
  std::vector<Rating> ratings;
  for (std::uint32_t u = 0; u < 12; ++u) {
    for (std::uint32_t i = 0; i < 33; ++i) {
      const std::int64_t time = u >= 10 || i >= 30 ? 100 : 1;
      ratings.push_back({u, i, static_cast<float>(1 + (u * 3 + i) % 5), time});
    }
  }
  const SplitResult data = split_at_time(store_of(ratings), 50);
  const FactorModel model = train(data.training, data.validation, quick_options()).model;
  const UserIndex cold_user = model.users().find("11");
  const ItemIndex cold_item = model.items().find("31");
  for (const float x : model.user_row(cold_user)) BOOST_TEST(x == 0.0f);
  for (const float x : model.item_row(cold_item)) BOOST_TEST(x == 0.0f);
  BOOST_TEST(model.score(cold_user, cold_item) == model.mean());
  BOOST_TEST(!model.parts().trained.contains(cold_user, 0));
  BOOST_TEST(model.parts().held_out.contains(cold_user, cold_item));
}

BOOST_AUTO_TEST_CASE(degenerate_ratings_are_learnt_without_a_nan) {
  const RatingStore one = store_of({{1, 1, 4.0f, 0}});
  const RatingStore constant = store_of({{1, 1, 4.0f, 0}, {1, 2, 4.0f, 0}, {2, 1, 4.0f, 0}});
  for (const RatingStore* ratings : {&one, &constant}) {
    for (const bool biases : {true, false}) {
      for (const Schedule schedule : {Schedule::kHogwild, Schedule::kBlocks}) {
        auto options = quick_options();
        options.biases = biases;
        options.schedule = schedule;
        const FactorModel model = train(*ratings, {}, options).model;
        for (const float x : numbers_of(model)) BOOST_TEST(std::isfinite(x));
        BOOST_TEST(model.predict(0, 0) == 4.0f);  // clipped to the range [4, 4]
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(bad_options_are_named_with_their_range) {
  const RatingStore ratings = random_store();
  const auto refused = [&](auto change, const std::string& words) {
    auto options = quick_options();
    change(options);
    BOOST_CHECK_EXCEPTION(train(ratings, {}, options), Error, [&](const Error& e) {
      BOOST_TEST_MESSAGE(e.what());
      return e.code() == ErrorCode::kBadOption &&
             std::string(e.what()).find(words) != std::string::npos;
    });
  };
  refused([](TrainOptions& o) { o.rank = 0; }, "rank is 0; it must be 1 to 1024");
  refused([](TrainOptions& o) { o.rank = 1025; }, "rank is 1025");
  refused([](TrainOptions& o) { o.epochs = 0; }, "epochs is 0");
  refused([](TrainOptions& o) { o.learning_rate = NAN; }, "learning-rate is nan");
  refused([](TrainOptions& o) { o.learning_rate = 0; }, "learning-rate is 0");
  refused([](TrainOptions& o) { o.lambda_factors = -1; }, "lambda-factors is -1");
  refused([](TrainOptions& o) { o.threads = -2; }, "threads is -2");
  refused([](TrainOptions& o) { o.decay = 2; }, "decay is 2");
  refused([](TrainOptions& o) { o.kernel = "mmx"; }, "kernel is 'mmx'");
  BOOST_CHECK_EXCEPTION(train({}, {}, quick_options()), Error,
                        [](const Error& e) { return e.code() == ErrorCode::kBadData; });
  // Two stores that were not made together.
  BOOST_CHECK_THROW(train(ratings, random_store({.users = 9}), quick_options()), Error);
}

BOOST_AUTO_TEST_CASE(features_are_for_those_who_use_them_and_of_the_same_rows) {
  const RatingStore ratings = random_store();
  Features of_users, of_items, none;
  of_users.offsets.resize(ratings.user_count() + 1);
  of_items.offsets.resize(ratings.item_count() + 1);
  TrainOptions one_class = default_options(Feedback::kOneClass);
  const TrainOptions by_gradient = quick_options();
  const struct {
    const TrainOptions& options;
    const Features* users;
    const Features* items;
    std::string message;
  } rows[] = {
      {one_class, nullptr, &of_items,
       "features of items are for models of ratings; the method als"},
      {one_class, &of_users, nullptr,
       "features of users are for models of ratings; the method als"},
      {by_gradient, nullptr, &of_users,
       "there are features of 60 items, and the ratings have 40; align()"},
      {by_gradient, &none, &of_items, "there are features of 0 users, and the ratings have 60"},
  };
  for (const auto& row : rows) {
    TrainHooks hooks;
    hooks.user_features = row.users;
    hooks.item_features = row.items;
    BOOST_CHECK_EXCEPTION(train(ratings, {}, row.options, hooks), Error, [&](const Error& e) {
      BOOST_TEST(std::string(e.what()).starts_with(row.message), e.what());
      return e.code() == ErrorCode::kBadOption;
    });
  }
}

// A few items hold nearly all ratings, and threads and runs meet in them all the time.
BOOST_AUTO_TEST_CASE(popular_items_do_not_explode) {
  SyntheticOptions shape;
  shape.users = 4000;
  shape.items = 40;
  shape.ratings = 100'000;
  const RatingStore store = build_store(make_synthetic(shape).ratings);
  for (const Schedule schedule : {Schedule::kHogwild, Schedule::kBlocks}) {
    TrainOptions options;
    options.rank = 16;
    options.epochs = 4;
    options.patience = 0;
    options.step_rule = StepRule::kSgd;
    options.learning_rate = 0.05;
    options.threads = 4;
    options.schedule = schedule;
    const TrainResult result = train(store, {}, options);
    BOOST_TEST(result.history.back().train_error < 0.75 * result.history.front().train_error);
  }
}

BOOST_AUTO_TEST_SUITE_END()
