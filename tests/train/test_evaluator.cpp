// SPDX-License-Identifier: MIT
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numeric>
#include <thread>
#include <vector>

#include "base/handoff.hpp"
#include "compute/rating_statistics.hpp"
#include "mfpar/evaluate.hpp"
#include "mfpar/split.hpp"
#include "mfpar/train.hpp"
#include "rating_fixtures.hpp"
#include "train/sgd_solver.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_evaluator)

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
  BOOST_TEST(best.valid_error == error_of(result.model, data.validation),
             boost::test_tools::tolerance(1e-5));
  BOOST_TEST(best.train_error == error_of(result.model, data.training),
             boost::test_tools::tolerance(1e-5));
  BOOST_TEST(record.history.back().train_error < 0.8 * record.history.front().train_error);
  for (const EpochReport& report : record.history) {
    BOOST_TEST(report.valid_error >= best.valid_error);
    BOOST_TEST(report.objective > report.train_error * static_cast<double>(data.training.size()));
    BOOST_TEST(report.updates_per_second == 0.0);  // the record has no times, the result has them
  }
  BOOST_TEST(result.history.back().updates_per_second > 0.0);
  BOOST_TEST(record.ratings == data.training.size());
  BOOST_TEST(record.fingerprint == rating_fingerprint(data.training));
}

BOOST_AUTO_TEST_CASE(the_reported_objective_is_the_one_minimised) {
  const RatingStore ratings = random_store();
  for (const Penalty penalty : {Penalty::kPerRating, Penalty::kSquareRoot, Penalty::kTotal}) {
    auto options = quick_options();
    options.penalty = penalty;
    options.epochs = 2;
    const TrainResult result = train(ratings, {}, options);
    const FactorModel& model = result.model;
    const double sd = measure_ratings(ratings, Loss::kSquared, true, Workers(1)).scale.deviation;
    const double exponent = penalty == Penalty::kPerRating    ? 0.0
                            : penalty == Penalty::kSquareRoot ? 0.5
                                                              : 1.0;
    double objective = 0;
    std::vector<double> item_counts(ratings.item_count());
    const auto add_penalty = [&](double n, std::span<const float> row, double bias) {
      double square = 0;
      for (const float x : row) square += double{x} * x;
      if (n == 0) return;
      objective += std::pow(n, 1 - exponent) *
                   (options.lambda_factors * sd * square + options.lambda_biases * bias * bias);
    };
    for (UserIndex user = 0; user < ratings.user_count(); ++user) {
      const auto begin = ratings.offsets()[user], end = ratings.offsets()[user + 1];
      for (auto at = begin; at < end; ++at) {
        const double e = ratings.value(at) - model.score(user, ratings.item(at));
        objective += e * e;
        ++item_counts[ratings.item(at)];
      }
      add_penalty(static_cast<double>(end - begin), model.user_row(user),
                  model.parts().users.biases[user]);
    }
    for (ItemIndex item = 0; item < ratings.item_count(); ++item) {
      add_penalty(item_counts[item], model.item_row(item), model.parts().items.biases[item]);
    }
    BOOST_TEST(model.parts().record.history.back().objective == objective,
               boost::test_tools::tolerance(1e-4));
  }
}

BOOST_AUTO_TEST_CASE(running_and_sampled_training_errors_estimate_the_exact_one) {
  const SplitResult data =
      split_random(random_store({.users = 400, .items = 100, .seed = 3}), 0.1, 1);
  auto options = quick_options();
  const double exact = history_of(data, options).back().train_error;
  options.train_error = TrainError::kSample;
  options.sample = data.training.size() / 2;
  const auto sampled = history_of(data, options);
  BOOST_TEST(sampled.back().train_error == exact, boost::test_tools::tolerance(0.15));
  BOOST_TEST(sampled.back().train_error != exact);
  options.train_error = TrainError::kRunning;
  const auto running = history_of(data, options);
  // The workers saw the model on its way from the epoch before, so a little above.
  BOOST_TEST(running.back().train_error > exact);
  BOOST_TEST(running.back().train_error < 1.3 * exact);
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
    BOOST_TEST(std::isnan(history[epoch].valid_error) == !evaluated[epoch]);
    BOOST_TEST(std::isnan(history[epoch].train_error) == !evaluated[epoch]);
  }
  options.eval_every = 0;
  const TrainResult result = train(data.training, data.validation, options);
  BOOST_TEST(result.model.parts().record.best_epoch == 5);
  BOOST_TEST(result.history.size() == 5u);
  for (const EpochReport& report : result.history) {
    BOOST_TEST(std::isnan(report.valid_error));
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
  BOOST_TEST(error_of(result.model, data.validation) ==
                 record.history[static_cast<std::size_t>(record.best_epoch)].valid_error,
             boost::test_tools::tolerance(1e-5));
}

BOOST_AUTO_TEST_CASE(a_snapshot_does_not_change_while_training_goes_on) {
  const RatingStore ratings = random_store();
  const auto options = quick_options();
  const Workers workers(2);
  const RatingStatistics statistics = measure_ratings(ratings, options.loss, true, workers);
  const auto solver = make_sgd_solver(ratings, statistics, options, nullptr, workers);
  const FactorModel before = solver->snapshot();
  const auto numbers = numbers_of(before);
  std::vector<float> seen_by_a_reader;
  {
    const std::jthread reader([&] { seen_by_a_reader = numbers_of(before); });
    solver->run_epoch(1, [] { return false; });
    // Memory of a snapshot that is gone is used again, that of one that is held is not.
    solver->snapshot();
    solver->snapshot();
  }
  BOOST_TEST((seen_by_a_reader == numbers));
  BOOST_TEST((numbers_of(before) == numbers));
  BOOST_TEST((numbers_of(solver->snapshot()) != numbers));
}

BOOST_AUTO_TEST_CASE(a_handoff_keeps_its_sender_at_most_one_message_ahead) {
  Handoff<int> handoff;
  std::atomic<int> finished{0};
  std::vector<int> received;
  std::jthread receiver([&] {
    while (const auto message = handoff.take()) {
      received.push_back(*message);
      finished.store(*message);
      handoff.done();
    }
  });
  for (int message = 1; message <= 100; ++message) {
    handoff.put(message);
    BOOST_TEST(finished.load() >= message - 1);
  }
  handoff.wait_until_done();
  handoff.close();
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

BOOST_AUTO_TEST_SUITE_END()
