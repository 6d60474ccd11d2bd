// SPDX-License-Identifier: MIT
//
// Trainings on few ratings of any shape, with any options, asked to stop at any moment. Whatever
// they are, they end with a model that is whole, or with an error that says why there is none.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "mfpar/error.hpp"
#include "mfpar/evaluate.hpp"
#include "mfpar/fold_in.hpp"
#include "mfpar/model_file.hpp"
#include "mfpar/recommender.hpp"
#include "mfpar/split.hpp"
#include "mfpar/train.hpp"
#include "model/model_check.hpp"
#include "rating_fixtures.hpp"
#include "sanitized.hpp"
#include "seeds.hpp"
#include "temporary_folder.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_tiny_trainings)

namespace {

constexpr std::uint64_t kTrainings = kSanitized ? 60 : 300;

/// What is drawn.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : random_(seed) {}

  int between(int least, int most) {
    return least + static_cast<int>(random_.below(static_cast<std::uint32_t>(most - least + 1)));
  }
  bool one_in(int count) { return between(1, count) == 1; }
  /// Of numbers whose logarithms are alike.
  double magnitude(double least, double most) {
    return least * std::pow(most / least, random_.uniform());
  }
  template <class Value, std::size_t kCount>
  Value any_of(const Value (&values)[kCount]) {
    return values[static_cast<std::size_t>(between(0, kCount - 1))];
  }
  double uniform() { return random_.uniform(); }

 private:
  Random random_;
};

/// Ratings of a scale of any kind, some given twice.
std::vector<Rating> drawn_ratings(Draws& draws, bool labels) {
  const int users = draws.between(1, 30), items = draws.between(1, 30);
  const int count = draws.between(1, draws.one_in(3) ? 20 : 400);
  const double unit = draws.one_in(8) ? draws.magnitude(1e-30, 1e30) : 1.0;
  const int values = draws.any_of({1, 2, 5, 10, 10, 10, 1'000'000});
  std::vector<Rating> ratings;
  for (int i = 0; i < count; ++i) {
    const double value = labels ? draws.between(0, 1) : unit * draws.between(1, values);
    ratings.push_back({static_cast<std::uint32_t>(draws.between(1, users)),
                       static_cast<std::uint32_t>(draws.between(1, items)),
                       static_cast<float>(value), draws.between(0, 9)});
  }
  return ratings;
}

TrainOptions drawn_options(Draws& draws) {
  const Method method = draws.any_of({Method::kSgd, Method::kSgd, Method::kAls, Method::kGibbs});
  TrainOptions options;
  options.method = method;
  options.feedback = method == Method::kAls ? Feedback::kOneClass : Feedback::kRatings;
  options.rank = draws.one_in(10) ? draws.between(1, 130) : draws.between(1, 20);
  options.epochs = draws.between(1, 6);
  options.init_scale = draws.any_of({0.0, 0.01, 0.01, 0.3, 100.0});
  options.threads = draws.between(1, 5);
  options.kernel = draws.any_of({"auto", "auto", "baseline"});
  options.seed = static_cast<std::uint64_t>(draws.between(0, 1'000'000));
  options.eval_every = draws.any_of({0, 1, 1, 1, 2, 3});
  options.patience = draws.between(0, 3);
  if (method == Method::kSgd) {
    options.loss = draws.any_of({Loss::kSquared, Loss::kAbsolute, Loss::kLogistic});
    options.step_rule = draws.any_of({StepRule::kAdaGrad, StepRule::kSgd});
    options.learning_rate = draws.one_in(3) ? draws.magnitude(1e-6, 1e3) : 0.05;
    options.rate_schedule = draws.any_of({RateSchedule::kConstant, RateSchedule::kExponential,
                                          RateSchedule::kInverseSqrt, RateSchedule::kCosine});
    options.penalty = draws.any_of({Penalty::kPerRating, Penalty::kSquareRoot, Penalty::kTotal});
    options.lambda_factors = draws.one_in(3) ? draws.magnitude(1e-9, 1e9) : draws.uniform();
    options.lambda_biases = draws.one_in(3) ? draws.magnitude(1e-9, 1e9) : draws.uniform();
    options.biases = !draws.one_in(4);
    options.schedule = draws.any_of({Schedule::kBlocks, Schedule::kBlocks, Schedule::kHogwild});
    options.seeds = draws.one_in(6) ? draws.between(2, 3) : 1;
    options.train_error =
        draws.any_of({TrainError::kExact, TrainError::kRunning, TrainError::kSample});
    options.sample = static_cast<std::uint64_t>(draws.between(1, 100));
  }
  if (draws.one_in(3)) options.one_class.relevant = static_cast<float>(draws.between(0, 3));
  if (draws.one_in(2)) options.one_class.unobserved_weight = draws.magnitude(1e-12, 1e12);
  options.one_class.lambda = draws.one_in(3) ? draws.magnitude(1e-12, 1e12) : draws.uniform();
  options.one_class.exponent = draws.uniform();
  options.one_class.confidence =
      draws.any_of({Confidence::kNone, Confidence::kValue, Confidence::kLog});
  options.one_class.valid_top = static_cast<std::uint32_t>(draws.between(1, 40));
  options.gibbs.samples = draws.between(1, 8);
  options.gibbs.burn_in = draws.between(0, 3);
  options.gibbs.links = draws.one_in(2);
  options.gibbs.likelihood = draws.any_of({Likelihood::kGaussian, Likelihood::kOrdinal});
  options.gibbs.posterior_rank = draws.between(1, 40);
  options.gibbs.variance_rank = draws.between(0, 4);
  return options;
}

/// Features of which the first rows know something.
Features drawn_features(Draws& draws, std::size_t rows) {
  const int columns = draws.between(1, 5);
  Features features;
  for (int column = 0; column < columns; ++column) {
    features.names.push_back("f=" + std::to_string(column));
  }
  for (std::size_t row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      if (!draws.one_in(3)) continue;
      features.indices.push_back(static_cast<std::uint32_t>(column));
      features.values.push_back(static_cast<float>(draws.uniform() - 0.5));
    }
    features.offsets.push_back(features.indices.size());
  }
  return features;
}

/// When a training is asked to stop, or its receiver of reports fails.
enum class Stop { kNever, kBefore, kInReport, kMeanwhile, kReportFails };

struct Planted : std::runtime_error {
  Planted() : std::runtime_error("planted") {}
};

/// A model that can be used in every way.
void check_model(const FactorModel& model, Draws& draws) {
  const auto fault = find_fault(model);
  BOOST_TEST(!fault.has_value(), (fault ? fault->section + ": " + fault->what : ""));
  const auto shared = std::make_shared<const FactorModel>(model);
  const Recommender recommender(shared);
  const auto user =
      static_cast<UserIndex>(draws.between(0, static_cast<int>(model.user_count()) - 1));
  for (const Recommendation& one : recommender.recommend(user, {.leave_out_rated = false})) {
    BOOST_TEST(std::isfinite(one.score));
    BOOST_TEST((model.feedback() == Feedback::kOneClass || std::isfinite(one.rating)));
  }
  const FoldInRating given[] = {{0, model.range().highest},
                                {model.item_count() - 1, model.range().lowest}};
  for (const float x : fold_in_user(model, given).factors) BOOST_TEST(std::isfinite(x));
  if (!draws.one_in(8)) return;
  const TemporaryFolder folder;
  save_model(model, folder.path("model"));
  BOOST_TEST((numbers_of(load_model(folder.path("model"))) == numbers_of(model)));
}

void check_history(const TrainResult& result) {
  int last = -1, training = -1;
  for (const EpochReport& report : result.history) {
    BOOST_TEST((report.epoch > last || report.training != training));
    last = report.epoch;
    training = report.training;
  }
  const TrainingRecord& record = result.model.parts().record;
  BOOST_TEST(record.history.size() == result.history.size());
  BOOST_TEST(record.best_epoch >= 0);
}

}  // namespace

BOOST_AUTO_TEST_CASE(tiny_trainings_end_with_a_whole_model_or_an_error) {
  std::map<std::string, int> ends;
  for_seeds(kTrainings, [&](std::uint64_t seed) {
    Draws draws(seed);
    TrainOptions options = drawn_options(draws);
    const RatingStore all =
        store_of(drawn_ratings(draws, options.loss == Loss::kLogistic || draws.one_in(6)), seed);
    SplitResult parts{all, {}};
    if (draws.one_in(2) && all.size() > 1) parts = split_random(all, 0.8 * draws.uniform(), seed);
    Features of_users, of_items;
    std::stop_source source;
    TrainHooks hooks;
    hooks.stop = source.get_token();
    if (options.feedback == Feedback::kRatings && draws.one_in(6)) {
      of_users = drawn_features(draws, all.user_count());
      of_items = drawn_features(draws, all.item_count());
      hooks.user_features = &of_users;
      hooks.item_features = draws.one_in(2) ? &of_items : nullptr;
    }
    const auto when = draws.any_of({Stop::kNever, Stop::kNever, Stop::kBefore, Stop::kInReport,
                                    Stop::kMeanwhile, Stop::kMeanwhile, Stop::kReportFails});
    const int stop_epoch = draws.between(0, options.epochs);
    hooks.on_epoch = [&](const EpochReport& report) {
      if (report.epoch != stop_epoch) return;
      if (when == Stop::kInReport) source.request_stop();
      if (when == Stop::kReportFails) throw Planted();
    };
    if (when == Stop::kBefore) source.request_stop();
    const auto pause = std::chrono::microseconds(draws.between(0, 3'000));
    const bool refits = draws.one_in(5);
    const bool is_watched = when == Stop::kNever && options.schedule == Schedule::kBlocks;
    try {
      TrainResult result = [&] {
        std::jthread stopper;
        if (when == Stop::kMeanwhile) {
          stopper = std::jthread([&] {
            std::this_thread::sleep_for(pause);
            source.request_stop();
          });
        }
        TrainResult first = train(parts.training, parts.validation, options, hooks);
        return refits ? refit(all, std::move(first), options, hooks) : std::move(first);
      }();
      ++ends[result.stop_reason == StopReason::kDiverged    ? "diverged, with a model"
             : result.stop_reason == StopReason::kRequested ? "stopped"
                                                            : "trained"];
      check_model(result.model, draws);
      check_history(result);
      if (is_watched && !refits) {
        TrainOptions other = options;
        other.threads = options.threads % 5 + 1;
        const TrainResult again = train(parts.training, parts.validation, other, hooks);
        BOOST_TEST((numbers_of(again.model) == numbers_of(result.model)));
        BOOST_TEST(again.history.size() == result.history.size());
      }
    } catch (const Planted&) {
      ++ends["report failed"];
      BOOST_TEST((when == Stop::kReportFails));
    } catch (const Error& e) {
      ++ends[e.code() == ErrorCode::kDiverged  ? "diverged"
             : e.code() == ErrorCode::kBadData ? "bad data"
                                               : std::string("refused: ") + e.what()];
      BOOST_TEST((e.code() == ErrorCode::kDiverged || e.code() == ErrorCode::kBadData), e.what());
    }
  });
  for (const auto& [end, count] : ends) BOOST_TEST_MESSAGE(count << " " << end);
  if (seeds_are_chosen()) return;
  BOOST_TEST(ends["trained"] > static_cast<int>(kTrainings) / 5);
}

BOOST_AUTO_TEST_SUITE_END()
