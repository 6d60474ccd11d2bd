// SPDX-License-Identifier: MIT
//
// Learning from values in an order, as train() does it, and users who come after.
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "mfpar/cross_validate.hpp"
#include "mfpar/error.hpp"
#include "mfpar/extend_model.hpp"
#include "mfpar/fold_in.hpp"
#include "mfpar/fold_in_session.hpp"
#include "mfpar/recommender.hpp"
#include "ordinal_fixtures.hpp"
#include "refused_options.hpp"
#include "sanitized.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_gibbs_ordinal)

namespace {

/// The mean of -log(probability of the value).
double log_loss_of(const FactorModel& model, const RatingStore& ratings) {
  double sum = 0.0;
  for (UserIndex user = 0; user < ratings.user_count(); ++user) {
    for (auto at = ratings.offsets()[user]; at < ratings.offsets()[user + 1]; ++at) {
      const auto values = model.parts().link.values.span();
      const auto position = std::ranges::find(values, ratings.value(at)) - values.begin();
      sum -= std::log(
          double{model.probabilities(user, ratings.item(at))[static_cast<std::size_t>(position)]});
    }
  }
  return sum / static_cast<double>(ratings.size());
}

/// What the ratings of one user are to whoever folds them in.
std::vector<FoldInRating> ratings_of(const RatingStore& store, UserIndex user,
                                     std::size_t at_most) {
  std::vector<FoldInRating> ratings;
  for (auto at = store.offsets()[user]; at < store.offsets()[user + 1]; ++at) {
    if (ratings.size() < at_most) ratings.push_back({store.item(at), store.value(at)});
  }
  return ratings;
}

}  // namespace

BOOST_AUTO_TEST_CASE(values_are_predicted_better_than_as_numbers) {
  if (kSanitized) return;  // other tests show the sanitizers the same code, in less time
  const SplitResult data = split_random(ordinal_store(), 0.2, 1);
  const TrainResult ordinal = train(data.training, data.validation, ordinal_options());
  TrainOptions options = ordinal_options();
  options.gibbs.likelihood = Likelihood::kGaussian;
  const TrainResult gaussian = train(data.training, data.validation, options);
  BOOST_TEST(!gaussian.model.has_link());
  const double error = error_of(ordinal.model, data.validation);
  BOOST_TEST(error < error_of(gaussian.model, data.validation));

  // The report is of what comes back.
  BOOST_REQUIRE(ordinal.sampling.has_value());
  BOOST_TEST(ordinal.sampling->model_error == error, boost::test_tools::tolerance(1e-4));
  BOOST_TEST(std::abs(ordinal.sampling->samples_error / error - 1.0) < 0.02);
  BOOST_TEST(ordinal.history.back().valid_error == ordinal.sampling->samples_error);
  BOOST_TEST(ordinal.history.back().train_error < error);
}

// Of all that were given a probability in a tenth, that share has the value.
BOOST_AUTO_TEST_CASE(probabilities_are_calibrated) {
  if (kSanitized) return;
  const SplitResult data = split_random(ordinal_store({.users = 250, .items = 150}), 0.3, 2);
  const FactorModel model = train(data.training, {}, ordinal_options(150, 40)).model;
  struct Bin {
    double count = 0.0, expected = 0.0, found = 0.0;
  };
  std::array<Bin, 10> bins;
  for (UserIndex user = 0; user < data.validation.user_count(); ++user) {
    data.validation.for_each(
        data.validation.offsets()[user], data.validation.offsets()[user + 1],
        [&](ItemIndex item, float value) {
          const std::vector<float> probabilities = model.probabilities(user, item);
          for (std::size_t k = 0; k < probabilities.size(); ++k) {
            const double p = double{probabilities[k]};
            Bin& bin = bins[std::min<std::size_t>(static_cast<std::size_t>(10.0 * p), 9)];
            bin.count += 1.0;
            bin.expected += p;
            bin.found += model.parts().link.values[k] == value ? 1.0 : 0.0;
          }
        });
  }
  for (const Bin& bin : bins) {
    if (bin.count < 200.0) continue;
    BOOST_TEST(std::abs(bin.expected - bin.found) / bin.count < 0.04,
               bin.expected / bin.count << " expected, " << bin.found / bin.count << " found");
  }
  // Far better than how often the values come at all.
  std::map<float, double> counts;
  data.training.for_each(0, data.training.size(),
                         [&](ItemIndex, float value) { counts[value] += 1.0; });
  double entropy = 0.0;
  for (const auto& [value, count] : counts) {
    const double share = count / static_cast<double>(data.training.size());
    entropy -= share * std::log(share);
  }
  BOOST_TEST(log_loss_of(model, data.validation) < 0.9 * entropy);
}

BOOST_AUTO_TEST_CASE(the_same_model_comes_of_any_number_of_threads) {
  const SplitResult data = split_random(ordinal_store(), 0.2, 1);
  TrainOptions options = ordinal_options(5, 3);
  options.threads = 1;
  const FactorModel expected = train(data.training, data.validation, options).model;
  for (const int threads : {2, 3}) {
    options.threads = threads;
    const FactorModel found = train(data.training, data.validation, options).model;
    BOOST_TEST((numbers_of(found) == numbers_of(expected)));
    BOOST_TEST(found.parts().link.deviation == expected.parts().link.deviation);
  }
}

BOOST_AUTO_TEST_CASE(two_values_and_many_are_learnt_from) {
  if (kSanitized) return;  // other tests show the sanitizers the same code, in less time
  for (const std::vector<double>& cutpoints :
       {std::vector<double>{0.3}, {-1.6, -1.2, -0.9, -0.6, -0.3, 0, 0.3, 0.7, 1.2}}) {
    const SplitResult data = split_random(ordinal_store({.cutpoints = cutpoints}), 0.2, 1);
    const FactorModel model = train(data.training, {}, ordinal_options()).model;
    BOOST_TEST(model.parts().link.values.size() == cutpoints.size() + 1);
    BOOST_TEST(model.parts().link.deviation > 0.4f);
    BOOST_TEST(model.parts().link.deviation < 1.3f);
    double variance = 0.0, mean = 0.0;
    const auto count = static_cast<double>(data.validation.size());
    for (std::uint64_t at = 0; at < data.validation.size(); ++at) {
      mean += double{data.validation.value(at)} / count;
      variance += double{data.validation.value(at)} * data.validation.value(at) / count;
    }
    BOOST_TEST(error_of(model, data.validation) < 0.85 * (variance - mean * mean));
  }
}

BOOST_AUTO_TEST_CASE(folds_measure_the_ratings_that_are_predicted) {
  if (kSanitized) return;  // other tests show the sanitizers the same code, in less time
  const RatingStore all = ordinal_store({.users = 60, .items = 40});
  const CrossValidation found =
      cross_validate(all, ordinal_options(20, 10), {.folds = 2, .on_fold = {}});
  BOOST_TEST(found.mean_error > 0.3);
  BOOST_TEST(found.mean_error < 1.5);
}

BOOST_AUTO_TEST_CASE(a_user_who_comes_after_is_predicted_like_one_who_was_there) {
  if (kSanitized) return;  // other tests show the sanitizers the same code, in less time
  const RatingStore all = ordinal_store({.users = 200, .items = 80});
  const SplitResult data = split_random(all, 0.3, 1);
  const FactorModel model = train(data.training, {}, ordinal_options(100, 30)).model;
  std::vector<NewRow> rows;
  for (UserIndex user = 0; user < 60; ++user) {
    const auto ratings = ratings_of(data.training, user, 1000);
    const FoldedIn row = fold_in_user(model, ratings);
    BOOST_TEST(row.cutpoints.size() == model.cutpoints(user).size());
    for (std::size_t k = 0; k < row.cutpoints.size(); ++k) {
      BOOST_TEST(std::abs(row.cutpoints[k] - model.cutpoints(user)[k]) < 1e-4f);
    }
    const FoldInSession session(std::make_shared<const FactorModel>(model), ratings);
    BOOST_TEST((session.row().cutpoints == row.cutpoints));
    NewRow& joined = rows.emplace_back();
    joined.id = model.users().id(user);
    joined.row = row;
  }
  const FactorModel folded = with_users(model, rows);
  double before = 0.0, after = 0.0;
  for (UserIndex user = 0; user < 60; ++user) {
    for (const FoldInRating& rating : ratings_of(data.validation, user, 1000)) {
      before += std::pow(model.predict(user, rating.index) - rating.value, 2);
      after += std::pow(folded.predict(user, rating.index) - rating.value, 2);
    }
  }
  BOOST_TEST(after < 1.05 * before);
  BOOST_TEST(folded.predict(70, 3) == model.predict(70, 3));
  BOOST_TEST(folded.predict(kNoIndex, 3) == model.predict(kNoIndex, 3));
}

BOOST_AUTO_TEST_CASE(a_session_goes_with_every_rating_as_a_fold_in_of_all_does) {
  const RatingStore all = ordinal_store();
  const auto model =
      std::make_shared<const FactorModel>(train(all, {}, ordinal_options(20, 10)).model);
  for (const Entity joining : {Entity::kUser, Entity::kItem}) {
    FoldInSession session(model, {}, {}, joining);
    const auto fold_in = joining == Entity::kUser ? fold_in_user : fold_in_item;
    std::vector<FoldInRating> ratings;
    for (std::uint32_t n = 0; n < 12; ++n) {
      ratings.push_back({n, static_cast<float>(1 + n * n % 5)});
      session.rate(n, ratings.back().value);
    }
    session.remove(0);
    ratings.erase(ratings.begin());
    const FoldedIn expected = fold_in(*model, ratings, {});
    for (std::size_t k = 0; k < model->rank(); ++k) {
      BOOST_TEST(std::abs(session.row().factors[k] - expected.factors[k]) < 1e-4f);
    }
    BOOST_TEST(std::abs(session.row().bias - expected.bias) < 1e-4f);
    BOOST_TEST(expected.cutpoints.empty() == (joining == Entity::kItem));
    BOOST_TEST(session.explain(5).influences.size() == ratings.size());
  }
}

BOOST_AUTO_TEST_CASE(a_users_cutpoints_go_on_with_further_ratings) {
  const FactorModel model = train(ordinal_store(), {}, ordinal_options(20, 10)).model;
  const std::vector<FoldInRating> low{{1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 1}};
  const FoldedIn row = update_user(model, 7, low);
  for (std::size_t k = 0; k < row.cutpoints.size(); ++k) {
    BOOST_TEST(row.cutpoints[k] > model.cutpoints(7)[k]);
    BOOST_TEST(row.cutpoints[k] < model.cutpoints(7)[k] + 0.5f);
  }
}

BOOST_AUTO_TEST_CASE(lists_tell_the_rating_that_the_model_predicts) {
  const FactorModel model = train(ordinal_store(), {}, ordinal_options(20, 10)).model;
  const Recommender recommender(std::make_shared<const FactorModel>(model));
  for (const UserIndex user : {3u, 50u}) {
    float before = 10.0f;
    for (const Recommendation& r : recommender.recommend(recommender.profile_of(user), {})) {
      BOOST_TEST(r.rating == model.predict(user, r.item), boost::test_tools::tolerance(1e-4f));
      BOOST_TEST(r.score <= before);  // ratings follow but for how sure scores are
      before = r.score;
    }
  }
}

BOOST_AUTO_TEST_CASE(what_a_model_of_values_cannot_do_is_refused) {
  const FactorModel model = train(ordinal_store(), {}, ordinal_options(5, 5)).model;
  FoldInOptions leaves_out;
  leaves_out.penalty = FoldInOptions::Penalty::kLeaveOneOut;
  const std::string chosen = message_of([&] { fold_in_user(model, {}, leaves_out); });
  BOOST_TEST(chosen.find("values in an order") != std::string::npos, chosen);
  TrainHooks goes_on_from;
  goes_on_from.warm_start = &model;
  const std::string goes_on =
      message_of([&] { train(ordinal_store(), {}, quick_options(), goes_on_from); });
  BOOST_TEST(goes_on.find("--likelihood ordinal") != std::string::npos, goes_on);
  BOOST_CHECK_EXCEPTION(
      fold_in_user(model, std::vector<FoldInRating>{{0, 2.5f}}), Error, [](const Error& e) {
        return e.code() == ErrorCode::kBadData && std::string(e.what()).find(
                                                      "is 2.5; the model knows the values 1, "
                                                      "2, 3, 4, 5") != std::string::npos;
      });
}

BOOST_AUTO_TEST_SUITE_END()
