// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "compute/rating_statistics.hpp"
#include "loss/losses.hpp"
#include "mfpar/error.hpp"
#include "rating_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

namespace {

const std::vector<double> kScores{-30.0, -3.0, -1.1, -0.5, -1e-3, 1e-3, 0.25, 0.75, 2.0, 7.0, 30.0};

std::vector<double> targets_of(const LossInfo& info) {
  if (info.takes_labels) return {info.predicts_probability ? 0.0 : -1.0, 1.0};
  if (info.needs_nonnegative) return {0.0, 0.1, 3.5};
  return {-2.2, 0.1, 3.5};
}

template <class Check>
void for_every_loss_and_point(const Check& check) {
  for (const LossInfo& info : losses()) {
    with_loss(info.loss, [&]<class LossPolicy>() {
      for (const double target : targets_of(info)) {
        for (const double score : kScores) {
          if (info.needs_nonnegative && score < 0.01) continue;
          BOOST_TEST_CONTEXT(info.name << " target " << target << " score " << score) {
            check.template operator()<LossPolicy>(target, score);
          }
        }
      }
    });
  }
}

RatingStore ratings_of(const std::vector<float>& values) {
  std::vector<Rating> ratings;
  for (std::uint32_t n = 0; n < values.size(); ++n) ratings.push_back({n % 3, n, values[n], 0});
  return store_of(ratings);
}

RatingStatistics measured(const std::vector<float>& values, LossChoice loss, bool centred = true) {
  return measure_ratings(ratings_of(values), loss, centred, Workers(2));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(test_losses)

BOOST_AUTO_TEST_CASE(losses_are_what_their_formulas_say) {
  const auto close = boost::test_tools::tolerance(1e-12);
  BOOST_TEST(SquaredLoss::error(3.0, -2.0) == 4.0, close);
  BOOST_TEST(AbsoluteLoss::error(3.0, -2.0) == 2.0, close);
  // A score of log 3 is a probability of 3/4.
  const double score = std::log(3.0);
  BOOST_TEST(LogisticLoss::error(1.0, 1.0 - score) == -std::log(0.75), close);
  BOOST_TEST(LogisticLoss::error(0.0, 0.0 - score) == -std::log(0.25), close);
  BOOST_TEST(policy_of<HuberLoss>(0.5f).error(3.0, -0.4) == 0.08, close);
  BOOST_TEST(policy_of<HuberLoss>(0.5f).error(3.0, -2.0) == 0.5 * (2.0 - 0.25), close);
  // 3 log(3 / 2) - 3 + 2
  BOOST_TEST(PoissonLoss::error(3.0, 1.0) == 3.0 * std::log(1.5) - 1.0, close);
  BOOST_TEST(PoissonLoss::error(0.0, -2.0) == 2.0, close);
  BOOST_TEST(HingeLoss::error(1.0, 1.0 - 0.25) == 0.75, close);
  BOOST_TEST(HingeLoss::error(-1.0, -1.0 - 0.25) == 1.25, close);
  BOOST_TEST(HingeLoss::error(-1.0, -1.0 + 3.0) == 0.0);
  BOOST_TEST(SquaredHingeLoss::error(-1.0, -1.0 - 0.25) == 1.5625, close);
  BOOST_TEST(predict_from_score(Loss::kHinge, -1.5f, {-1.0f, 1.0f}) == -1.5f);
  BOOST_TEST(predict_from_score(Loss::kLogistic, static_cast<float>(score), {}) == 0.75f,
             boost::test_tools::tolerance(1e-6f));
  BOOST_TEST(predict_from_score(Loss::kSquared, 7.0f, {1.0f, 5.0f}) == 5.0f);
  BOOST_TEST(predict_from_score(Loss::kAbsolute, -7.0f, {1.0f, 5.0f}) == 1.0f);
}

BOOST_AUTO_TEST_CASE(a_pull_is_the_slope_by_differences) {
  for_every_loss_and_point([]<class LossPolicy>(double target, double score) {
    constexpr double h = 1e-5;
    const double slope = (LossPolicy{}.error(target, target - score - h) -
                          LossPolicy{}.error(target, target - score + h)) /
                         (2 * h);
    // Rounding of an error of up to 1,000, divided by the difference of the scores.
    BOOST_TEST(std::abs(LossPolicy{}.pull(target, target - score) + LossPolicy::kStep * slope) <
               1e-7);
  });
}

BOOST_AUTO_TEST_CASE(a_majoriser_touches_the_loss_and_lies_above_it) {
  for_every_loss_and_point([]<class LossPolicy>(double target, double score) {
    constexpr double kSmoothing = 1e-9;
    const Majoriser parabola = LossPolicy{}.majorise(target, score, kSmoothing);
    // The constant that makes them meet at the score.
    const auto value = [&](double s) {
      return parabola.curvature * (s - parabola.vertex) * (s - parabola.vertex) / 2;
    };
    const auto error = [&](double s) {
      return LossPolicy::kStep * LossPolicy{}.error(target, target - s);
    };
    const double apart = error(score) - value(score);
    for (double s = -40.0; s <= 40.0 && LossPolicy::kIsMajorised; s += 0.37) {
      BOOST_TEST(value(s) + apart >= error(s) - 1e-7 * (1 + error(s)));
    }
    // It has the loss's slope there.
    BOOST_TEST(std::abs(parabola.curvature * (parabola.vertex - score) -
                        LossPolicy{}.pull(target, target - score)) < 1e-8);
    if (LossPolicy::kMaxCurvature > 0.0f) {
      BOOST_TEST(parabola.curvature <= LossPolicy::kMaxCurvature);
    }
  });
}

BOOST_AUTO_TEST_CASE(degrees_are_how_errors_scale) {
  for (const LossInfo& info : losses()) {
    with_loss(info.loss, [&]<class LossPolicy>() {
      if (LossPolicy::kDegree == 0) return;  // labels are not scaled
      BOOST_TEST(policy_of<LossPolicy>(3.0f).error(3.0, 3.0 * 0.7) ==
                     std::pow(3.0, LossPolicy::kDegree) * LossPolicy{}.error(1.0, 0.7),
                 boost::test_tools::tolerance(1e-12));
    });
  }
}

BOOST_AUTO_TEST_CASE(scales_suit_the_loss) {
  const std::vector<float> stars{1, 2, 2, 3, 5, 5, 5, 4, 5};
  const RatingScale squared = measured(stars, Loss::kSquared).scale;
  const auto close = boost::test_tools::tolerance(1e-6f);
  BOOST_TEST(squared.mean == 32.0f / 9, close);
  BOOST_TEST(squared.best_constant == squared.mean);
  BOOST_TEST(squared.training_mean == 0.0f);
  BOOST_TEST(squared.target(squared.mean) == 0.0f);
  BOOST_TEST(measured(stars, Loss::kSquared, false).scale.mean == 0.0f);
  BOOST_TEST(measured(stars, Loss::kAbsolute).scale.mean == 4.0f);
  // The same for ratings of more values than a compact store takes.
  std::vector<float> many;
  for (int n = 0; n < 601; ++n) many.push_back(static_cast<float>((n * 37) % 601));
  BOOST_TEST(measured(many, Loss::kAbsolute).scale.mean == 300.0f);

  // Huber's location lies between median and mean, and has no pull left; delta is scaled as
  // ratings.
  const RatingScale huber = measured(stars, {Loss::kHuber, 0.5f}).scale;
  double pull = 0.0;
  for (const float r : stars) pull += std::clamp(double{r} - double{huber.mean}, -0.5, 0.5);
  BOOST_TEST(std::abs(pull) < 1e-6);
  BOOST_TEST(huber.delta == 0.5f / huber.deviation, close);
  BOOST_TEST(measured(stars, {Loss::kHuber, 100.0f}).scale.mean == squared.mean, close);
  const RatingScale counts = measured(stars, Loss::kPoisson, false).scale;
  BOOST_TEST(counts.mean == 0.0f);
  BOOST_TEST(counts.target(32.0f / 9) == 1.0f, close);

  for (const float low : {0.0f, -1.0f}) {
    const RatingScale margins = measured({1, low, 1, 1}, Loss::kSquaredHinge).scale;
    BOOST_TEST(margins.target(low) == -1.0f);
    BOOST_TEST(margins.target(1.0f) == 1.0f);
    BOOST_TEST(margins.mean == 0.5f, close);
    BOOST_TEST(measured({1, low, low, 1, low}, Loss::kHinge).scale.mean == -1.0f);
    const RatingStatistics labels = measured({1, low, 1, 1}, Loss::kLogistic);
    BOOST_TEST(labels.scale.mean == std::log(3.0f), close);
    BOOST_TEST(labels.scale.training_mean == labels.scale.mean);
    BOOST_TEST(labels.scale.target(low) == 0.0f);
    BOOST_TEST(labels.scale.target(1.0f) == 1.0f);
    BOOST_TEST(labels.scale.deviation == 1.0f);
    BOOST_TEST(measured({1, low, 1, 1}, Loss::kLogistic, false).scale.training_mean == 0.0f);
  }
}

BOOST_AUTO_TEST_CASE(the_logistic_loss_refuses_what_are_no_labels) {
  struct {
    std::vector<float> values;
    const char* found;
  } const rows[] = {{{1, 2, 3}, "ratings from 1 to 3, others between"},
                    {{0, 1, 0.5f}, "ratings from 0 to 1, others between"},
                    {{-1, 0, 1}, "ratings from -1 to 1, others between"},
                    {{1, 2, 1}, "ratings from 1 to 2;"},
                    {{0, 5, 5}, "ratings from 0 to 5;"},
                    {{1, 1, 1}, "all ratings are 1;"}};
  for (const auto& row : rows) {
    BOOST_CHECK_EXCEPTION(measured(row.values, Loss::kLogistic), Error, [&](const Error& e) {
      const std::string what = e.what();
      BOOST_TEST(what.find(row.found) != std::string::npos, what);
      return e.code() == ErrorCode::kBadData && what.find("--loss squared") != std::string::npos;
    });
  }
}

BOOST_AUTO_TEST_CASE(counts_are_not_negative_and_not_all_zero) {
  for (const std::vector<float>& values : {std::vector<float>{1, -1, 3}, {0, 0, 0}}) {
    BOOST_CHECK_EXCEPTION(measured(values, Loss::kPoisson, false), Error, [](const Error& e) {
      return e.code() == ErrorCode::kBadData &&
             std::string(e.what()).find("learns from counts") != std::string::npos;
    });
  }
}

BOOST_AUTO_TEST_CASE(names_of_losses_go_there_and_back) {
  for (const LossInfo& info : losses()) {
    BOOST_TEST((find_loss(info.name) == LossChoice(info.loss)));
    BOOST_TEST(name_of_loss(info.loss) == info.name);
  }
  BOOST_TEST((find_loss("huber:0.25") == LossChoice(Loss::kHuber, 0.25f)));
  BOOST_TEST(name_of_loss({Loss::kHuber, 0.25f}) == "huber:0.25");
  for (const char* none : {"", "hub", "huber:", "huber:0", "huber:-1", "huber:inf", "huber:1x",
                           "squared:1", "Huber"}) {
    BOOST_TEST(!find_loss(none).has_value(), none);
  }
}

// A bias that is the best constant for the user's ratings, less what the penalty takes.
BOOST_AUTO_TEST_CASE(a_bias_baseline_lowers_its_own_loss) {
  for (const LossInfo& info : losses()) {
    const RatingStore ratings = random_store({.labels = info.takes_labels});
    const RatingStatistics statistics = measure_ratings(ratings, info.loss, true, Workers(2));
    with_loss(info.loss, [&]<class LossPolicy>() {
      const RatingRange range = statistics.scale.range;
      const BiasBaseline& baseline = statistics.baseline;
      double with = 0, without = 0;
      for (UserIndex user = 0; user < ratings.user_count(); ++user) {
        for (auto at = ratings.offsets()[user]; at < ratings.offsets()[user + 1]; ++at) {
          const float target = LossPolicy::score_target(range)(ratings.value(at));
          const float biases = baseline.user_biases[user] + baseline.item_biases[ratings.item(at)];
          with += prediction_error(LossPolicy{}, target, baseline.mean + biases, range);
          without += prediction_error(LossPolicy{}, target, baseline.mean, range);
        }
      }
      BOOST_TEST(with < 0.95 * without, info.name << ": " << with << " of " << without);
    });
  }
}

BOOST_AUTO_TEST_SUITE_END()
