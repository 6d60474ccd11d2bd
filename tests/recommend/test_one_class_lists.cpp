// SPDX-License-Identifier: MIT
//
// Lists of models that know who chose what, in every order, against plain sums.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "mfpar/error.hpp"
#include "mfpar/recommender.hpp"
#include "one_class_models.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_one_class_lists)

namespace {

const RankBy kOrders[] = {RankBy::rating(),    RankBy::interaction(),   RankBy::blend(0.3f),
                          RankBy::one_class(), RankBy::one_class(0.1f), RankBy::one_class(-2),
                          {0.5f, 0.25f, 3.0f}, {0.0f, 0.0f, 2.0f},      {1.0f, 2.0f, 0.0f}};

double score_of(const FactorModel& model, UserIndex user, ItemIndex item, RankBy by) {
  const double interaction = model.interaction(user, item);
  const double biases = double{model.score(user, item)} - interaction;
  const double chosen =
      model.parts().one_class ? model.parts().one_class->interaction(user, item) : 0.0;
  return by.interaction_weight * interaction + by.bias_weight * biases +
         by.one_class_weight * chosen;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_order_is_exact_for_one_and_for_many) {
  const auto model = std::make_shared<const FactorModel>(model_of_both());
  const Recommender recommender(model);
  for (const RankBy by : kOrders) {
    std::vector<UserProfile> profiles;
    for (UserIndex user = 0; user < model->user_count(); ++user) {
      profiles.push_back(recommender.profile_of(user));
    }
    const RecommendOptions options{.top = 12, .rank_by = by};
    const auto lists = recommender.recommend_many(profiles, options, 2);
    for (UserIndex user = 0; user < model->user_count(); ++user) {
      std::vector<double> expected;
      for (ItemIndex item = 0; item < model->item_count(); ++item) {
        if (model->parts().trained.contains(user, item)) continue;
        expected.push_back(score_of(*model, user, item, by));
      }
      std::ranges::sort(expected, std::ranges::greater{});
      const auto list = recommender.recommend(user, options);
      BOOST_REQUIRE_EQUAL(list.size(), 12u);
      BOOST_REQUIRE_EQUAL(lists[user].size(), 12u);
      for (std::size_t i = 0; i < list.size(); ++i) {
        BOOST_TEST(lists[user][i].item == list[i].item);
        BOOST_TEST(std::abs(list[i].score - expected[i]) < 1e-4);
        BOOST_TEST(std::abs(list[i].score - score_of(*model, user, list[i].item, by)) < 1e-4);
        BOOST_TEST(std::abs(list[i].rating - model->predict(user, list[i].item)) < 1e-5);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(lists_go_by_choice_where_the_model_knows_it) {
  const auto items_of = [](const Recommender& recommender, const RecommendOptions& options) {
    std::vector<ItemIndex> items;
    for (const Recommendation& r : recommender.recommend(3, options)) items.push_back(r.item);
    return items;
  };
  const Recommender both(std::make_shared<const FactorModel>(model_of_both()));
  BOOST_TEST(items_of(both, {}) == items_of(both, {.rank_by = RankBy::one_class()}));
  BOOST_TEST(items_of(both, {}) != items_of(both, {.rank_by = RankBy::rating()}));
  BOOST_TEST(usual_least_ratings(both.model(), RankBy::one_class()) == 0u);
  BOOST_TEST(usual_least_ratings(both.model(), RankBy::interaction()) == 10u);

  const Recommender alone(std::make_shared<const FactorModel>(one_class_parts({})));
  for (const RankBy by : kOrders)
    BOOST_TEST(items_of(alone, {}) == items_of(alone, {.rank_by = by}));
  for (const Recommendation& r : alone.recommend(3)) BOOST_TEST(std::isnan(r.rating));

  const Recommender ratings(std::make_shared<const FactorModel>(made_parts({})));
  BOOST_TEST(items_of(ratings, {}) == items_of(ratings, {.rank_by = RankBy::rating()}));
  for (const RankBy by : {RankBy::one_class(), RankBy::one_class(0.5f)}) {
    BOOST_CHECK_THROW(ratings.recommend(3, {.rank_by = by}), Error);
  }
  // A profile of another model's.
  BOOST_CHECK_THROW(both.recommend(ratings.profile_of(3)), Error);
}

BOOST_AUTO_TEST_CASE(orders_are_read_as_they_are_written) {
  for (const char* text : {"rating", "interaction", "one-class", "blend:0.5", "one-class:0.25",
                           "one-class:-1", "blend:-2"}) {
    const auto by = parse_rank_by(text);
    BOOST_REQUIRE(by.has_value());
    BOOST_TEST(name_of(*by) == text);
  }
  BOOST_TEST((parse_rank_by("one-class:0") == RankBy::one_class()));
  BOOST_TEST((parse_rank_by("0.5") == RankBy::blend(0.5f)));
  for (const char* wrong :
       {"", "one-class:", "one-class:x", "oneclass", "one-class:nan", "blend"}) {
    BOOST_TEST(!parse_rank_by(wrong).has_value(), wrong);
  }
}

BOOST_AUTO_TEST_SUITE_END()
