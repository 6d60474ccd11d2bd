// SPDX-License-Identifier: MIT
//
// Ratings whose best loss is known: around a planted score, with noise of a known distribution, no
// model does better on new ratings than the score itself.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "mfpar/split.hpp"
#include "mfpar/train.hpp"
#include "rating_fixtures.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_planted_losses)

namespace {

constexpr std::uint32_t kRows = 600;  // users, and items
constexpr double kHundredth = 0.01;

/// p.q of some rank.
struct Planted {
  std::uint32_t rank;
  std::vector<double> users, items;

  template <class Draw>
  Planted(std::uint32_t of_rank, const Draw& draw) : rank(of_rank) {
    Random random(3);
    for (auto* side : {&users, &items}) {
      for (std::uint32_t n = 0; n < kRows * rank; ++n) side->push_back(draw(random));
    }
  }
  double score(std::uint32_t user, std::uint32_t item) const {
    double sum = 0.0;
    for (std::uint32_t k = 0; k < rank; ++k) sum += users[user * rank + k] * items[item * rank + k];
    return sum;
  }
};

/// What a loss is for: how scores are drawn, ratings around them, and the best score of a rating.
struct Case {
  LossChoice loss;
  Planted planted;
  double (*best)(double score);
  float (*rating)(double score, Random& random);
};

double positive(Random& random) { return 0.8 + 1.4 * random.uniform(); }
double sign(Random& random) { return random.uniform() < 0.5 ? -1.0 : 1.0; }
double itself(double score) { return score; }

float normal_rating(double score, Random& random) {
  return static_cast<float>(score + 0.2 * random.normal());
}
/// One in ten is far off.
float outlying_rating(double score, Random& random) {
  const double deviation = random.uniform() < 0.1 ? 2.0 : 0.2;
  return static_cast<float>(score + deviation * random.normal());
}
float count(double score, Random& random) {
  const double least = std::exp(-score);
  int found = 0;
  for (double product = random.uniform(); product > least; product *= random.uniform()) ++found;
  return static_cast<float>(found);
}
/// One in ten is the other one.
float label(double score, Random& random) {
  return (score > 0.0) != (random.uniform() < 0.1) ? 1.0f : -1.0f;
}

std::vector<Case> cases() {
  const Planted scores(1, positive), signs(1, sign);
  return {{Loss::kSquared, scores, itself, normal_rating},
          {Loss::kAbsolute, scores, itself, outlying_rating},
          {{Loss::kHuber, 0.3f}, scores, itself, outlying_rating},
          {Loss::kPoisson, scores, itself, count},
          // 9 to 1 are log-odds of log 9; the least of 0.9 (1 - s)^2 + 0.1 (1 + s)^2 is at 0.8.
          {Loss::kLogistic, signs, [](double s) { return s * std::log(9.0); }, label},
          {Loss::kHinge, signs, itself, label},
          {Loss::kSquaredHinge, signs, [](double s) { return 0.8 * s; }, label}};
}

template <class RatingOf>
SplitResult ratings_around(const Planted& planted, const RatingOf& rating_of) {
  Random random(7);
  std::vector<Rating> ratings;
  for (std::uint32_t user = 0; user < kRows; ++user) {
    for (std::uint32_t item = 0; item < kRows; ++item) {
      ratings.push_back({user, item, rating_of(planted.score(user, item), random), 0});
    }
  }
  return split_random(store_of(ratings), 0.2, 1);
}

/// The mean loss of the scores by score(user, item), which are planted.
template <class Score>
double mean_loss(const RatingStore& ratings, LossChoice loss, const Score& score) {
  double sum = 0.0;
  for (UserIndex user = 0; user < ratings.user_count(); ++user) {
    for (auto at = ratings.offsets()[user]; at < ratings.offsets()[user + 1]; ++at) {
      const auto user_id = std::stoul(ratings.parts().users->id(user));
      const auto item_id = std::stoul(ratings.parts().items->id(ratings.item(at)));
      const double best =
          score(static_cast<std::uint32_t>(user_id), static_cast<std::uint32_t>(item_id));
      const RatingRange range = describe_loss(loss.loss).takes_labels
                                    ? RatingRange{-1.0f, 1.0f}
                                    : RatingRange{-100.0f, 100.0f};
      sum += loss_of_rating(loss, ratings.value(at), static_cast<float>(best), range);
    }
  }
  return sum / static_cast<double>(ratings.size());
}

/// What became of planted factors.
struct Found {
  int zeros = 0, exact = 0, small = 0;  ///< planted; of these zero; below a tenth of the mean
  int others = 0, lost = 0;             ///< planted above a tenth; of these zero
};

/// As if the factors of the model were the planted ones in the same order, or the other way round.
Found found_in(const FactorModel& model, const Planted& planted, bool swapped) {
  Found found;
  const auto look_at = [&](const FactorModel::Side& side, const IdDictionary& ids,
                           const std::vector<double>& truth) {
    for (std::uint32_t k = 0; k < planted.rank; ++k) {
      const std::uint32_t as = swapped ? planted.rank - 1 - k : k;
      const auto factor = [&](std::uint32_t row) {
        return double{side.factors[row * model.parts().stride + as]};
      };
      double mean = 0.0;
      for (std::uint32_t row = 0; row < kRows; ++row) mean += factor(row) / kRows;
      for (std::uint32_t row = 0; row < kRows; ++row) {
        const double planted_factor = truth[std::stoul(ids.id(row)) * planted.rank + k];
        const bool is_zero = factor(row) == 0.0;
        if (planted_factor == 0.0) {
          ++found.zeros;
          found.exact += is_zero;
          found.small += factor(row) < 0.1 * mean;
        } else if (planted_factor > 0.1) {
          ++found.others;
          found.lost += is_zero;
        }
      }
    }
  };
  look_at(model.parts().users, model.users(), planted.users);
  look_at(model.parts().items, model.items(), planted.items);
  return found;
}

/// In the order in which more zeros are found.
Found found_in(const FactorModel& model, const Planted& planted) {
  const Found first = found_in(model, planted, false), second = found_in(model, planted, true);
  return first.small > second.small ? first : second;
}

TrainOptions planted_options(LossChoice loss, int rank) {
  TrainOptions options = with_loss_of({}, loss.loss);
  options.huber_delta = double{loss.delta};
  options.biases = false;
  options.rank = rank;
  options.epochs = 40;
  options.threads = 2;
  options.schedule = Schedule::kBlocks;
  options.penalty = Penalty::kTotal;
  options.lambda_factors = 0.1;
  options.init_scale = 0.3;
  options.train_error = TrainError::kRunning;
  return options;
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_loss_comes_within_a_hundredth_of_its_least) {
  for (const Case& one : cases()) {
    const SplitResult data = ratings_around(one.planted, one.rating);
    const double least = mean_loss(data.validation, one.loss, [&](auto user, auto item) {
      return one.best(one.planted.score(user, item));
    });
    const TrainResult result = train(data.training, data.validation, planted_options(one.loss, 1));
    const double reached = result.model.parts().record.best_report().valid_error;
    BOOST_TEST(reached < (1 + kHundredth) * least, name_of_loss(one.loss)
                                                       << ": " << reached << " of " << least);
    BOOST_TEST(reached > 0.97 * least, name_of_loss(one.loss));
  }
}

// A number of a row costs one part in its ratings, here 2 x 1200 of 288,000.
BOOST_AUTO_TEST_CASE(planted_factors_that_are_not_negative_are_found_as_such) {
  const Planted planted(
      2, [](Random& random) { return random.uniform() < 0.4 ? 0.0 : 2.0 * random.uniform(); });
  const SplitResult data = ratings_around(planted, normal_rating);
  const double least = mean_loss(data.validation, Loss::kSquared,
                                 [&](auto user, auto item) { return planted.score(user, item); });
  TrainOptions options = planted_options(Loss::kSquared, 2);
  options.nonnegative = true;
  options.lambda_factors = 0.0;
  options.learning_rate = 0.05;
  options.epochs = 150;
  const FactorModel model = train(data.training, data.validation, options).model;
  const double reached = model.parts().record.best_report().valid_error;
  BOOST_TEST(reached < (1 + kHundredth) * least, reached << " of " << least);
  for (const float x : numbers_of(model)) BOOST_REQUIRE(x >= 0.0f);
  // Steps are noise enough to lift most zeros off the ground.
  const Found found = found_in(model, planted);
  BOOST_TEST(found.small > 0.97 * found.zeros);
  BOOST_TEST(found.lost == 0);
  BOOST_TEST(found.zeros > 800);
  BOOST_TEST(found.others > 1000);
  // A penalty on magnitudes holds them down.
  options.l1_factors = {8.0, 8.0};
  const Found held = found_in(train(data.training, data.validation, options).model, planted);
  BOOST_TEST(held.exact > 2 * found.exact);
  BOOST_TEST(held.lost == 0);
}

// Where there are no biases, zeros would say that nobody rates more than 0.
BOOST_AUTO_TEST_CASE(what_has_no_ratings_is_predicted_as_others_are) {
  std::vector<Rating> ratings;
  for (std::uint32_t user = 0; user < 40; ++user) {
    for (std::uint32_t item = 0; item < 30; ++item) {
      const std::int64_t time = user >= 38 || item >= 28 ? 100 : 1;
      ratings.push_back({user, item, static_cast<float>(3 + (user * 3 + item) % 3), time});
    }
  }
  const SplitResult data = split_at_time(store_of(ratings), 50);
  for (const Loss loss : {Loss::kSquared, Loss::kPoisson, Loss::kHuber}) {
    TrainOptions options = planted_options(loss, 3);
    options.nonnegative = true;
    options.init_scale = 0.01;
    const FactorModel model = train(data.training, data.validation, options).model;
    const UserIndex rated = model.users().find("7"), unrated = model.users().find("39");
    const ItemIndex film = model.items().find("5"), unseen = model.items().find("29");
    for (const float score : {model.score(rated, unseen), model.score(unrated, film),
                              model.score(unrated, unseen), model.score(rated, kNoIndex),
                              model.score(kNoIndex, film), model.score(kNoIndex, kNoIndex)}) {
      BOOST_TEST(score > 3.3f, describe_loss(loss).name);
      BOOST_TEST(score < 5.2f, describe_loss(loss).name);
    }
  }
}

// Factors beyond the planted ones are noise, which magnitudes make zero.
BOOST_AUTO_TEST_CASE(magnitudes_leave_the_planted_factors) {
  const Planted planted(1, positive);
  const SplitResult data = ratings_around(planted, normal_rating);
  const double least = mean_loss(data.validation, Loss::kSquared,
                                 [&](auto user, auto item) { return planted.score(user, item); });
  TrainOptions options = planted_options(Loss::kSquared, 4);
  const ZeroShares dense = zero_shares(train(data.training, data.validation, options).model);
  BOOST_TEST(dense.users + dense.items < 0.01);
  options.l1_factors = {8.0, 8.0};
  options.lambda_factors = 0.0;
  options.learning_rate = 0.1;
  options.epochs = 200;
  options.patience = 0;
  const FactorModel sparse = train(data.training, data.validation, options).model;
  const double reached = sparse.parts().record.best_report().valid_error;
  BOOST_TEST(reached < (1 + kHundredth) * least, reached << " of " << least);
  // Of the three factors in four that are noise all but one in fifty, of the planted one none.
  for (const double zeros : {zero_shares(sparse).users, zero_shares(sparse).items}) {
    BOOST_TEST(zeros > 0.98 * 0.75);
    BOOST_TEST(zeros <= 0.75);
  }
  options.epochs = 40;
  options.l1_factors = {0.0, 20.0};
  const ZeroShares one_side = zero_shares(train(data.training, data.validation, options).model);
  BOOST_TEST(one_side.users < one_side.items);
}

BOOST_AUTO_TEST_SUITE_END()
