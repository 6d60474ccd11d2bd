// SPDX-License-Identifier: MIT
//
// TrainOptions::seeds: several trainings, one model.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "mfpar/error.hpp"
#include "mfpar/model_file.hpp"
#include "rating_fixtures.hpp"
#include "temporary_folder.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

namespace {

/// What each seed of `options` gives by itself.
std::vector<TrainResult> one_by_one(const SplitResult& data, TrainOptions options) {
  std::vector<TrainResult> results;
  const int seeds = std::exchange(options.seeds, 1);
  for (int n = 0; n < seeds; ++n, ++options.seed) {
    results.push_back(train(data.training, data.validation, options));
  }
  return results;
}

/// Of each pair of user and item the mean score of the models, less that of `model`: the largest.
double largest_difference(const FactorModel& model, const std::vector<TrainResult>& of) {
  double largest = 0.0;
  for (UserIndex user = 0; user < model.user_count(); ++user) {
    for (ItemIndex item = 0; item < model.item_count(); ++item) {
      double sum = 0.0;
      for (const TrainResult& result : of) sum += result.model.score(user, item);
      largest = std::max(largest, std::abs(sum / static_cast<double>(of.size()) -
                                           double{model.score(user, item)}));
    }
  }
  return largest;
}

TrainOptions seeds_options(int seeds) {
  TrainOptions options = quick_options();
  options.seeds = seeds;
  options.init_scale = 0.3;
  options.epochs = 12;
  options.patience = 2;
  return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(test_average_seeds)

// Twice the rank holds two trainings whole, but for a ten-thousandth of the squares of what biases
// leave, which are below 1 here: .03 is three times the root of that.
BOOST_AUTO_TEST_CASE(scores_are_the_means_of_those_of_the_seeds) {
  for (const Loss loss : {Loss::kSquared, Loss::kAbsolute, Loss::kLogistic}) {
    for (const bool biases : {true, false}) {
      for (const int rank : {1, 4, 17}) {
        TrainOptions options = seeds_options(2);
        options.loss = loss;
        options.biases = biases;
        options.rank = rank;
        options.seed = 7;
        const SplitResult data =
            split_random(random_store({.labels = loss == Loss::kLogistic}), 0.2, 1);
        const auto alone = one_by_one(data, options);
        const TrainResult result = train(data.training, data.validation, options);
        const FactorModel& model = result.model;
        BOOST_TEST_CONTEXT("loss " << describe_loss(loss).name << " biases " << biases << " rank "
                                   << rank) {
          BOOST_TEST(largest_difference(model, alone) < 0.03);
          BOOST_TEST(model.rank() <= 2u * static_cast<std::uint32_t>(rank));
          BOOST_TEST(model.has_biases() == biases);
          if (!biases) BOOST_TEST(model.mean() == 0.0f);
          const FactorModel::Parts &of = model.parts(), &first = alone[0].model.parts();
          BOOST_TEST(of.fold_in.factors == first.fold_in.factors);
          BOOST_TEST(of.trained.items.span() == first.trained.items.span(),
                     boost::test_tools::per_element());
          BOOST_TEST(of.held_out.items.size() == data.validation.size());
          const double error = error_of(model, data.validation);
          BOOST_TEST(result.history.back().valid_error == error,
                     boost::test_tools::tolerance(1e-4));
          BOOST_TEST(result.history.back().train_error == error_of(model, data.training),
                     boost::test_tools::tolerance(1e-4));
          // No worse than they are in the mean, where few scores are clipped.
          if (!biases) continue;
          BOOST_TEST(error < 1.002 *
                                 (error_of(alone[0].model, data.validation) +
                                  error_of(alone[1].model, data.validation)) /
                                 2);
        }
      }
    }
  }
}

// Factors that are held to something stay so: those of all trainings are kept, side by side.
BOOST_AUTO_TEST_CASE(averages_stay_nonnegative_and_sparse) {
  for (const LossInfo& loss : losses()) {
    for (const bool nonnegative : {true, false}) {
      if (loss.needs_nonnegative && !nonnegative) continue;
      TrainOptions options = with_loss_of(seeds_options(3), loss.loss);
      options.nonnegative = nonnegative;
      options.l1_factors = {0.4, 0.2};
      options.l1_biases = {0.1, 0.0};
      const SplitResult data = split_random(random_store({.labels = loss.takes_labels}), 0.2, 1);
      const auto alone = one_by_one(data, options);
      const FactorModel model = train(data.training, data.validation, options).model;
      BOOST_TEST_CONTEXT("loss " << loss.name << " nonnegative " << nonnegative) {
        BOOST_TEST(largest_difference(model, alone) < 1e-5);
        BOOST_TEST(model.rank() == 12u);
        double zeros = 0.0;
        for (const TrainResult& one : alone) zeros += zero_shares(one.model).users / 3.0;
        BOOST_TEST(zero_shares(model).users == zeros, boost::test_tools::tolerance(1e-6));
        BOOST_TEST(zeros > 0.0);
        const RowConstraints& held = model.parts().constraints;
        const RowConstraints& once = alone[0].model.parts().constraints;
        BOOST_TEST(held.nonnegative == nonnegative);
        BOOST_TEST(held.l1_users.factors * std::sqrt(3.0f) == once.l1_users.factors,
                   boost::test_tools::tolerance(1e-6f));
        BOOST_TEST(held.l1_users.biases == once.l1_users.biases);
        if (!nonnegative) continue;
        for (UserIndex user = 0; user < model.user_count(); ++user) {
          BOOST_REQUIRE(std::ranges::min(model.user_row(user)) >= 0.0f);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_history_tells_of_each_seed_and_then_of_the_average) {
  const SplitResult data = split_random(random_store(), 0.2, 1);
  for (const int seeds : {2, 3, 5}) {
    const TrainOptions options = seeds_options(seeds);
    std::vector<EpochReport> expected, reported;
    double best_epochs = 0.0;
    for (const TrainResult& alone : one_by_one(data, options)) {
      expected.insert(expected.end(), alone.history.begin(), alone.history.end());
      best_epochs += alone.model.parts().record.best_epoch;
    }
    TrainHooks hooks;
    hooks.on_epoch = [&](const EpochReport& report) { reported.push_back(report); };
    const TrainResult result = train(data.training, data.validation, options, hooks);
    const TemporaryFolder folder;
    save_model(result.model, folder.path("model"));
    const FactorModel loaded = load_model(folder.path("model"));
    const TrainingRecord& record = loaded.parts().record;
    for (const std::vector<EpochReport>* const history :
         std::initializer_list<const std::vector<EpochReport>*>{&reported, &result.history,
                                                                &record.history}) {
      BOOST_REQUIRE(history->size() == expected.size() + 1);
      int training = 0;
      for (std::size_t row = 0; row < expected.size(); ++row) {
        training += expected[row].epoch == 0;
        BOOST_TEST((*history)[row].training == training);
        BOOST_TEST((*history)[row].epoch == expected[row].epoch);
        BOOST_TEST((*history)[row].valid_error == expected[row].valid_error);
      }
      BOOST_TEST(training == seeds);
      BOOST_TEST(history->back().training == 0);
      BOOST_TEST(std::abs(history->back().epoch - best_epochs / seeds) <= 0.5);
    }
    BOOST_TEST(record.best_report().valid_error == result.history.back().valid_error);
    BOOST_TEST(record.best_epoch == result.history.back().epoch);
    BOOST_TEST((record.options.back() ==
                std::pair<std::string, std::string>("seeds", std::to_string(seeds))));
  }
}

BOOST_AUTO_TEST_CASE(the_same_bytes_for_any_number_of_threads) {
  const SplitResult data = split_random(random_store({.users = 150, .items = 70}), 0.2, 1);
  TrainOptions options = seeds_options(3);
  const auto model_with = [&](int threads) {
    options.threads = threads;
    return numbers_of(train(data.training, data.validation, options).model);
  };
  const auto one = model_with(1);
  for (const int threads : {2, 3, 16}) BOOST_TEST((model_with(threads) == one));
  options.seed = 2;
  BOOST_TEST((model_with(1) != one));
}

BOOST_AUTO_TEST_CASE(rows_without_training_ratings_are_zero) {
  std::vector<Rating> ratings;
  for (std::uint32_t u = 0; u < 12; ++u) {
    for (std::uint32_t i = 0; i < 33; ++i) {
      const std::int64_t time = u >= 10 || i >= 30 ? 100 : 1;
      ratings.push_back({u, i, static_cast<float>(1 + (u * 3 + i) % 5), time});
    }
  }
  const SplitResult data = split_at_time(store_of(ratings), 50);
  const FactorModel model = train(data.training, data.validation, seeds_options(3)).model;
  const UserIndex cold_user = model.users().find("11");
  for (const float x : model.user_row(cold_user)) BOOST_TEST(x == 0.0f);
  BOOST_TEST(model.score(cold_user, model.items().find("31")) == model.mean());
}

BOOST_AUTO_TEST_CASE(a_refit_averages_again) {
  const RatingStore ratings = random_store({.users = 90, .items = 50});
  const SplitResult data = split_random(ratings, 0.2, 1);
  TrainOptions options = seeds_options(3);
  const TrainResult judged = train(data.training, data.validation, options);
  const TrainResult again = refit(ratings, judged, options);
  TrainOptions same = options;
  same.epochs = judged.model.parts().record.best_epoch;
  same.eval_every = 0;
  BOOST_TEST((numbers_of(again.model) == numbers_of(train(ratings, {}, same).model)));
  BOOST_TEST(again.model.parts().record.best_report().valid_error ==
             judged.history.back().valid_error);
}

BOOST_AUTO_TEST_CASE(a_stop_request_returns_the_average_so_far) {
  const SplitResult data = split_random(random_store(), 0.2, 1);
  for (const int during : {1, 3}) {
    TrainOptions options = seeds_options(5);
    options.patience = 0;
    std::stop_source source;
    TrainHooks hooks;
    hooks.stop = source.get_token();
    hooks.on_epoch = [&](const EpochReport& report) {
      if (report.training == during && report.epoch == 2) source.request_stop();
    };
    const TrainResult result = train(data.training, data.validation, options, hooks);
    BOOST_TEST((result.stop_reason == StopReason::kRequested));
    options.seeds = during - 1;
    if (during > 1) {
      BOOST_TEST(largest_difference(result.model, one_by_one(data, options)) < 0.03);
      BOOST_TEST(result.model.parts().record.options.back().second == "2");
    } else {
      BOOST_TEST(result.model.parts().record.best_epoch > 0);
      BOOST_TEST(result.model.parts().record.best_epoch < 12);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_averaged_is_refused) {
  const RatingStore ratings = random_store();
  TrainOptions wide;
  wide.nonnegative = true;
  wide.seeds = 17;
  BOOST_CHECK_EXCEPTION(train(ratings, {}, wide), Error, [](const Error& error) {
    return std::string(error.what()).find("seeds is 17 and rank 64; an average") == 0;
  });
  const struct {
    int seeds;
    Feedback feedback;
    std::string words;
  } refused[] = {{0, Feedback::kRatings, "seeds is 0; it must be 1 to 1000"},
                 {1001, Feedback::kRatings, "seeds is 1001"},
                 {2, Feedback::kOneClass, "seeds is 2, and averages trainings by method sgd"}};
  for (const auto& [seeds, feedback, words] : refused) {
    TrainOptions options = default_options(feedback);
    options.seeds = seeds;
    std::string message;
    try {
      train(ratings, {}, options);
    } catch (const Error& e) {
      if (e.code() == ErrorCode::kBadOption) message = e.what();
    }
    BOOST_TEST(message.find(words) != std::string::npos, message);
  }
}

BOOST_AUTO_TEST_SUITE_END()
