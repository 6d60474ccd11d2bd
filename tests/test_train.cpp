// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <atomic>
#include <cmath>
#include <cstring>
#include <mutex>
#include <numeric>
#include <thread>
#include <vector>

#include "compute/rating_scale.hpp"
#include "mfpar/error.hpp"
#include "mfpar/split.hpp"
#include "mfpar/train.hpp"
#include "rating_fixtures.hpp"
#include "train/mailbox.hpp"
#include "train/snapshot.hpp"

using namespace mfpar;
using namespace mfpar::tests;

namespace {

TrainOptions quick_options() {
  TrainOptions options;
  options.rank = 4;
  options.epochs = 6;
  options.threads = 2;
  options.patience = 0;
  options.schedule = Schedule::kBlocks;  // reproducible
  return options;
}

std::vector<EpochReport> history_of(const SplitResult& data, const TrainOptions& options) {
  return train(data.training, data.validation, options).model.parts().record.history;
}

std::vector<float> numbers_of(const FactorModel& model) {
  std::vector<float> all;
  const auto& parts = model.parts();
  for (const auto* array :
       {&parts.user_factors, &parts.item_factors, &parts.user_biases, &parts.item_biases}) {
    all.insert(all.end(), array->begin(), array->end());
  }
  return all;
}

double mse_of(const FactorModel& model, const RatingStore& ratings) {
  double sum = 0;
  for (UserIndex user = 0; user < ratings.user_count(); ++user) {
    for (auto at = ratings.offsets()[user]; at < ratings.offsets()[user + 1]; ++at) {
      const double e = ratings.value(at) - model.predict(user, ratings.item(at));
      sum += e * e;
    }
  }
  return sum / static_cast<double>(ratings.size());
}

}  // namespace

// The notebook's toy: 100 users x 200 items of rank 3 without noise, four fifths to learn from.
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
  BOOST_TEST(history.front().valid_mse > 1.0);
  BOOST_TEST(history.back().valid_mse < 8e-4);
}

BOOST_AUTO_TEST_CASE(reports_tell_the_errors_of_the_model_as_it_stood) {
  const SplitResult data = split_random(random_store(), 0.2, 1);
  auto options = quick_options();
  options.patience = 1000;
  std::vector<int> epochs;
  TrainHooks hooks;
  hooks.on_epoch = [&](const EpochReport& report) { epochs.push_back(report.epoch); };
  const TrainResult result = train(data.training, data.validation, options, hooks);
  BOOST_TEST(epochs == (std::vector{0, 1, 2, 3, 4, 5, 6}));
  const auto& record = result.model.parts().record;
  const EpochReport& best = record.history.at(static_cast<std::size_t>(record.best_epoch));
  BOOST_TEST(best.valid_mse == mse_of(result.model, data.validation),
             boost::test_tools::tolerance(1e-5));
  BOOST_TEST(best.train_mse == mse_of(result.model, data.training),
             boost::test_tools::tolerance(1e-5));
  BOOST_TEST(record.history.back().train_mse < 0.8 * record.history.front().train_mse);
  for (const EpochReport& report : record.history) {
    BOOST_TEST(report.valid_mse >= best.valid_mse);
    BOOST_TEST(report.objective > report.train_mse * static_cast<double>(data.training.size()));
    if (report.epoch > 0) BOOST_TEST(report.updates_per_second > 0.0);
  }
  BOOST_TEST(record.ratings == data.training.size());
  BOOST_TEST(record.fingerprint == rating_fingerprint(data.training));
}

// sum e^2 + sum over rows of n^(1-e) (lambda_factors |row|^2 + lambda_biases b^2), standardised; here from
// the model in rating units by its definition.
BOOST_AUTO_TEST_CASE(the_reported_objective_is_the_one_minimised) {
  const RatingStore ratings = random_store();
  for (const Penalty penalty : {Penalty::kPerRating, Penalty::kSquareRoot, Penalty::kTotal}) {
    auto options = quick_options();
    options.penalty = penalty;
    options.epochs = 2;
    const TrainResult result = train(ratings, {}, options);
    const FactorModel& model = result.model;
    const double sd = measure_scale(ratings, true, Workers(1)).deviation;
    const double exponent = penalty == Penalty::kPerRating    ? 0.0
                            : penalty == Penalty::kSquareRoot ? 0.5
                                                              : 1.0;
    double objective = 0;
    std::vector<double> item_counts(ratings.item_count());
    const auto add_penalty = [&](double n, std::span<const float> row, double bias) {
      double square = 0;
      for (const float x : row) square += double{x} * x;
      if (n == 0) return;
      objective += std::pow(n, 1 - exponent) * (options.lambda_factors * sd * square +
                                                options.lambda_biases * bias * bias);
    };
    for (UserIndex user = 0; user < ratings.user_count(); ++user) {
      const auto begin = ratings.offsets()[user], end = ratings.offsets()[user + 1];
      for (auto at = begin; at < end; ++at) {
        const double e = ratings.value(at) - model.score(user, ratings.item(at));
        objective += e * e;
        ++item_counts[ratings.item(at)];
      }
      add_penalty(static_cast<double>(end - begin), model.user_row(user),
                  model.parts().user_biases[user]);
    }
    for (ItemIndex item = 0; item < ratings.item_count(); ++item) {
      add_penalty(item_counts[item], model.item_row(item), model.parts().item_biases[item]);
    }
    BOOST_TEST(model.parts().record.history.back().objective == objective,
               boost::test_tools::tolerance(1e-4));
  }
}

BOOST_AUTO_TEST_CASE(running_and_sampled_training_errors_estimate_the_exact_one) {
  const SplitResult data =
      split_random(random_store({.users = 400, .items = 100, .seed = 3}), 0.1, 1);
  auto options = quick_options();
  const double exact = history_of(data, options).back().train_mse;
  options.train_mse = TrainMse::kSample;
  options.sample = data.training.size() / 2;
  const auto sampled = history_of(data, options);
  BOOST_TEST(sampled.back().train_mse == exact, boost::test_tools::tolerance(0.15));
  BOOST_TEST(sampled.back().train_mse != exact);
  options.train_mse = TrainMse::kRunning;
  const auto running = history_of(data, options);
  // The workers saw the model on its way from the epoch before, so a little above.
  BOOST_TEST(running.back().train_mse > exact);
  BOOST_TEST(running.back().train_mse < 1.3 * exact);
}

BOOST_AUTO_TEST_CASE(evaluation_every_few_epochs_leaves_the_others_unevaluated) {
  const SplitResult data = split_random(random_store(), 0.2, 1);
  auto options = quick_options();
  options.epochs = 5;
  options.eval_every = 2;
  const auto history = history_of(data, options);
  const std::vector<bool> evaluated{true, false, true, false, true, true};  // and the last
  BOOST_REQUIRE(history.size() == evaluated.size());
  for (std::size_t epoch = 0; epoch < evaluated.size(); ++epoch) {
    BOOST_TEST(std::isnan(history[epoch].valid_mse) == !evaluated[epoch]);
    BOOST_TEST(std::isnan(history[epoch].train_mse) == !evaluated[epoch]);
  }
  options.eval_every = 0;
  const TrainResult result = train(data.training, data.validation, options);
  BOOST_TEST(result.model.parts().record.best_epoch == 5);
  for (const EpochReport& report : result.model.parts().record.history) {
    BOOST_TEST(std::isnan(report.valid_mse));
  }
}

BOOST_AUTO_TEST_CASE(training_stops_when_patience_runs_out_and_keeps_the_best_epoch) {
  // Far too little penalty and many factors for few noisy ratings: validation soon gets worse.
  const SplitResult data = split_random(random_store({.users = 50, .items = 40}), 0.3, 1);
  auto options = quick_options();
  options.rank = 32;
  options.epochs = 200;
  options.lambda_factors = options.lambda_biases = 0.0;
  options.learning_rate = 0.3;
  options.patience = 3;
  const TrainResult result = train(data.training, data.validation, options);
  const TrainingRecord& record = result.model.parts().record;
  BOOST_TEST((result.stop_reason == StopReason::kPatience));
  BOOST_TEST(record.history.back().epoch == record.best_epoch + 3);
  BOOST_TEST(mse_of(result.model, data.validation) ==
                 record.history[static_cast<std::size_t>(record.best_epoch)].valid_mse,
             boost::test_tools::tolerance(1e-5));
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

BOOST_AUTO_TEST_CASE(a_snapshot_does_not_change_while_training_goes_on) {
  const RatingStore ratings = random_store();
  const auto options = quick_options();
  const Workers workers(2);
  const RatingScale scale = measure_scale(ratings, true, workers);
  TrainingState state(ratings, scale, options, nullptr, workers);
  const SnapshotMaker snapshots(ratings, scale, options);
  const auto schedule = make_schedule(Schedule::kHogwild, ratings, scale, find_kernels("auto"), 4,
                                      StepRule::kAdaGrad, workers);
  const FactorModel before = snapshots.take(state, workers);
  const auto numbers = numbers_of(before);
  std::vector<float> seen_by_a_reader;
  {
    const std::jthread reader([&] { seen_by_a_reader = numbers_of(before); });
    schedule->run_epoch(state.plan(1), workers, [] { return false; });
    // Memory of a snapshot that is gone is used again, that of one that is held is not.
    snapshots.take(state, workers);
    snapshots.take(state, workers);
  }
  BOOST_TEST((seen_by_a_reader == numbers));
  BOOST_TEST((numbers_of(before) == numbers));
  BOOST_TEST((numbers_of(snapshots.take(state, workers)) != numbers));
}

BOOST_AUTO_TEST_CASE(a_mailbox_keeps_its_sender_at_most_one_message_ahead) {
  Mailbox<int> mailbox;
  std::atomic<int> finished{0};
  std::vector<int> received;
  std::jthread receiver([&] {
    while (const auto message = mailbox.take()) {
      received.push_back(*message);
      finished.store(*message);
      mailbox.done();
    }
  });
  for (int message = 1; message <= 100; ++message) {
    mailbox.put(message);
    BOOST_TEST(finished.load() >= message - 1);
  }
  mailbox.wait_until_done();
  mailbox.close();
  receiver.join();
  std::vector<int> expected(100);
  std::iota(expected.begin(), expected.end(), 1);
  BOOST_TEST(received == expected);
}

BOOST_AUTO_TEST_CASE(a_failing_callback_ends_the_training_with_its_exception) {
  const SplitResult data = split_random(random_store(), 0.2, 1);
  TrainHooks hooks;
  hooks.on_epoch = [](const EpochReport& report) {
    if (report.epoch == 2) throw std::runtime_error("planted");
  };
  BOOST_CHECK_EXCEPTION(train(data.training, data.validation, quick_options(), hooks),
                        std::runtime_error,
                        [](const auto& e) { return std::string(e.what()) == "planted"; });
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
  BOOST_TEST(result.model.parts().record.history.size() >= 4u);
  BOOST_TEST(result.model.parts().record.history.size() <= 6u);
  BOOST_TEST(mse_of(result.model, data.validation) <
             result.model.parts().record.history.front().valid_mse);
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
  hooks.init = &first;
  options.epochs = 1;
  const TrainResult next = train(again, {}, options, hooks);
  BOOST_TEST(next.model.parts().record.history.front().train_mse ==
                 mse_of(first, data.training),
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

BOOST_AUTO_TEST_CASE(divergence_is_an_error) {
  const SplitResult data = split_random(random_store(), 0.2, 1);
  auto options = quick_options();
  options.step_rule = StepRule::kSgd;
  options.learning_rate = 100;
  BOOST_CHECK_EXCEPTION(train(data.training, data.validation, options), Error, [](const Error& e) {
    return e.code() == ErrorCode::kDiverged &&
           std::string(e.what()).find("learning rate") != std::string::npos;
  });
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
