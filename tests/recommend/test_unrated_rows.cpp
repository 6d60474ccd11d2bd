// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <memory>
#include <set>
#include <vector>

#include "mfpar/extend_model.hpp"
#include "mfpar/fold_in.hpp"
#include "mfpar/model_file.hpp"
#include "mfpar/recommender.hpp"
#include "mfpar/train.hpp"
#include "rating_fixtures.hpp"
#include "temporary_folder.hpp"
#include "training_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_unrated_rows)

namespace {

constexpr UserIndex kUsers = 60;
constexpr ItemIndex kItems = 40, kNew = 5;

/// 60 users, 40 items, and behind them five of each that nobody rated, or who rated nothing.
RatingStore store_with_unrated() {
  const IdDictionary ids(std::vector<std::string>{"n0", "n1", "n2", "n3", "n4"});
  return with_ids(with_ids(random_store({.users = kUsers, .items = kItems}), Entity::kUser, ids),
                  Entity::kItem, ids);
}

/// Of ratings, of one-class feedback, and of ratings carrying the other.
std::vector<std::shared_ptr<const FactorModel>> models() {
  const RatingStore store = store_with_unrated();
  const SplitResult split = split_by_user(store, 0.2, 1);
  TrainOptions one_class = default_options(Feedback::kOneClass);
  one_class.method = Method::kAls;
  one_class.rank = 6;
  one_class.epochs = 3;
  one_class.threads = 2;
  const FactorModel ratings = train(split.training, split.validation, quick_options()).model;
  const FactorModel chosen = train(split.training, split.validation, one_class).model;
  std::vector<std::shared_ptr<const FactorModel>> all;
  for (const FactorModel& model : {ratings, chosen, with_one_class(ratings, chosen)}) {
    all.push_back(std::make_shared<const FactorModel>(model));
  }
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(they_are_zero_and_stay_so_in_a_file) {
  const TemporaryFolder folder;
  for (const auto& model : models()) {
    save_model(*model, folder.path("a.model"));
    for (const FactorModel& same : {*model, load_model(folder.path("a.model"))}) {
      BOOST_TEST(same.users().find("n4") == kUsers + 4);
      BOOST_TEST(same.items().find("n0") == kItems);
      for (std::uint32_t i = 0; i < kNew; ++i) {
        for (const float x : same.user_row(kUsers + i)) BOOST_TEST(x == 0.0f);
        for (const float x : same.item_row(kItems + i)) BOOST_TEST(x == 0.0f);
        BOOST_TEST(same.score(kUsers + i, kItems + i) == same.mean());
        BOOST_TEST(same.parts().trained.of(kUsers + i).empty());
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(they_are_listed_behind_what_suits_and_only_by_what_is_known) {
  for (const auto& model : models()) {
    const Recommender recommender(model);
    const bool by_choice = model->one_class() != nullptr;
    for (UserIndex user = 0; user < kUsers; ++user) {
      const auto all = recommender.recommend(user, {.top = kItems + kNew});
      std::set<float> of_unrated;
      for (const Recommendation& listed : all) {
        BOOST_TEST(std::isfinite(listed.score));
        if (listed.item >= kItems) of_unrated.insert(listed.score);
      }
      // One score for all of them, that of nothing known: no choice, or the user's mean.
      BOOST_TEST_REQUIRE(of_unrated.size() == 1u);
      BOOST_TEST(*of_unrated.begin() ==
                     (by_choice ? 0.0f : model->mean() + model->parts().users.biases[user]),
                 boost::test_tools::tolerance(1e-5f));
      // By factors alone they are not listed at all.
      if (model->feedback() == Feedback::kOneClass) continue;
      const RankBy order = RankBy::interaction();
      const ItemFilter known(recommender, {.least_ratings = usual_least_ratings(*model, order)});
      for (const Recommendation& listed :
           recommender.recommend(user, {.top = 45, .rank_by = order, .filter = &known})) {
        BOOST_TEST(listed.item < kItems);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(they_are_similar_to_nothing) {
  for (const auto& model : models()) {
    const Recommender recommender(model);
    for (const SimilarBy by : {SimilarBy::kRaters, SimilarBy::kFactors}) {
      for (const Recommendation& similar : recommender.similar_items(kItems, 50, nullptr, by)) {
        BOOST_TEST(similar.score == 0.0f);
      }
      for (const Recommendation& similar : recommender.similar_items(0, 50, nullptr, by)) {
        BOOST_TEST((similar.item < kItems || similar.score == 0.0f));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(users_without_ratings_get_the_list_of_nobody) {
  for (const auto& model : models()) {
    const Recommender recommender(model);
    const auto list = recommender.recommend(kUsers, {.top = 10});
    BOOST_TEST_REQUIRE(list.size() == 10u);
    const std::vector<float> none(model->rank());
    const std::vector<float> no_choice(model->one_class() != nullptr ? model->one_class()->rank()
                                                                     : 0);
    UserProfile nobody{.factors = none};
    if (model->parts().one_class) nobody.one_class = no_choice;
    const auto expected = recommender.recommend(nobody, {.top = 10});
    for (std::size_t i = 0; i < list.size(); ++i) BOOST_TEST(list[i].item == expected[i].item);
  }
}

BOOST_AUTO_TEST_CASE(ratings_of_unrated_items_fold_in_to_a_bias_at_most) {
  for (const auto& model : models()) {
    const std::vector<FoldInRating> ratings{{kItems, 5.0f}, {kItems + 1, 5.0f}};
    const FoldedIn user = fold_in_user(*model, ratings);
    for (const float x : user.factors) BOOST_TEST(x == 0.0f);
    BOOST_TEST(std::isfinite(user.bias));
    BOOST_TEST((model->feedback() == Feedback::kOneClass || user.bias > 0.0f));
    for (const float x : user.one_class) BOOST_TEST(x == 0.0f);
  }
}

BOOST_AUTO_TEST_SUITE_END()
