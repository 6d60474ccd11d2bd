// SPDX-License-Identifier: MIT
//
// Lists in the order of a lower or an upper bound of the rating.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "made_models.hpp"
#include "mfpar/error.hpp"
#include "mfpar/recommender.hpp"
#include "refused_options.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_lists_by_bounds)

namespace {

/// The scores of the best items, straight from the definition.
std::vector<double> best_scores(const FactorModel& model, UserIndex user, RankBy by,
                                std::size_t top, std::span<const ItemIndex> left_out) {
  std::vector<double> scores;
  for (ItemIndex item = 0; item < model.item_count(); ++item) {
    if (std::ranges::find(left_out, item) != left_out.end()) continue;
    const double interaction = double{model.interaction(user, item)};
    const double rest = double{model.score(user, item)} - interaction;
    scores.push_back(double{by.interaction_weight} * interaction + double{by.bias_weight} * rest +
                     double{by.sd_weight} * double{model.sd(user, item)});
  }
  std::ranges::sort(scores, std::greater<>());
  scores.resize(std::min(top, scores.size()));
  return scores;
}

}  // namespace

BOOST_AUTO_TEST_CASE(single_and_batched_lists_are_those_of_the_definition) {
  for (const ItemIndex items : {5u, 100u, 1500u}) {
    const auto model = std::make_shared<const FactorModel>(
        with_variance(made_parts({.users = 20, .items = items, .seed = items})));
    const Recommender recommender(model);
    std::vector<UserProfile> profiles;
    for (UserIndex user = 0; user < 20; ++user) profiles.push_back(recommender.profile_of(user));
    for (const RankBy by :
         {RankBy::lower(1), RankBy::lower(0.1f), RankBy::lower(5), RankBy::upper(1),
          RankBy::upper(0.1f), RankBy::upper(50), RankBy{0.0f, 1.0f, 0.0f, 2.0f}}) {
      const RecommendOptions options{.top = 10, .rank_by = by};
      const auto lists = recommender.recommend_many(profiles, options, 2);
      for (UserIndex user = 0; user < 20; ++user) {
        const auto list = recommender.recommend(user, options);
        const auto expected = best_scores(*model, user, by, 10, profiles[user].rated[0]);
        BOOST_REQUIRE_EQUAL(list.size(), expected.size());
        BOOST_REQUIRE_EQUAL(lists[user].size(), expected.size());
        for (std::size_t n = 0; n < list.size(); ++n) {
          BOOST_TEST(double{list[n].score} == expected[n], boost::test_tools::tolerance(1e-4));
          BOOST_TEST(lists[user][n].item == list[n].item);
          BOOST_TEST(lists[user][n].score == list[n].score);
          BOOST_TEST(list[n].sd == model->sd(user, list[n].item));
          BOOST_TEST(list[n].p5 == model->interval(user, list[n].item).p5,
                     boost::test_tools::tolerance(1e-5f));
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(whoever_has_no_row_of_variance_is_nobody_known) {
  const auto model = std::make_shared<const FactorModel>(with_variance(made_parts({})));
  const Recommender recommender(model);
  const UserProfile known = recommender.profile_of(3);
  UserProfile unknown = known;
  unknown.variance = {};
  UserProfile same = known;
  same.variance = model->user_variance(kNoIndex);
  same.noise_variance = model->noise_variance(kNoIndex);
  const RecommendOptions options{.rank_by = RankBy::upper(2)};
  const auto list = recommender.recommend(unknown, options);
  const auto expected = recommender.recommend(same, options);
  BOOST_REQUIRE_EQUAL(list.size(), expected.size());
  for (std::size_t n = 0; n < list.size(); ++n) {
    BOOST_TEST(list[n].item == expected[n].item);
    BOOST_TEST(list[n].sd == expected[n].sd);
  }
}

BOOST_AUTO_TEST_CASE(limits_and_diversity_go_with_bounds) {
  const auto model = std::make_shared<const FactorModel>(with_variance(made_parts({})));
  const Recommender recommender(model);
  const auto plain = recommender.recommend(4, {.top = 5, .rank_by = RankBy::lower(1)});
  RecommendOptions options{.top = 5, .rank_by = RankBy::lower(1)};
  options.least_rating = plain[2].rating;
  for (const Recommendation& r : recommender.recommend(4, options)) {
    BOOST_TEST(r.rating >= plain[2].rating);
  }
  options.least_rating = {};
  options.diversity = 0.3f;
  BOOST_TEST(recommender.recommend(4, options).front().item == plain.front().item);
}

BOOST_AUTO_TEST_CASE(orders_are_read_as_they_are_written) {
  for (const char* text : {"lower:1", "lower:1.645", "upper:0.5", "upper:2"}) {
    const auto by = parse_rank_by(text);
    BOOST_REQUIRE(by.has_value());
    BOOST_TEST(name_of(*by) == text);
  }
  BOOST_TEST((parse_rank_by("lower:2") == RankBy::lower(2)));
  BOOST_TEST((parse_rank_by("upper:2") == RankBy{1.0f, 1.0f, 0.0f, 2.0f}));
  for (const char* wrong : {"lower", "upper:", "lower:x", "lower:1e9", "upper: 1", "Lower:1"}) {
    BOOST_TEST(!parse_rank_by(wrong).has_value(), wrong);
  }
}

BOOST_AUTO_TEST_CASE(what_the_model_does_not_know_is_refused) {
  const Recommender plain(made_model());
  const auto says = [](const std::function<void()>& call, const std::string& said) {
    return message_of(call).find(said) != std::string::npos;
  };
  BOOST_TEST(says([&] { plain.recommend(0, {.rank_by = RankBy::lower(1)}); }, "--method gibbs"));
  const Recommender recommender(std::make_shared<const FactorModel>(with_variance(made_parts({}))));
  UserProfile profile = recommender.profile_of(0);
  profile.variance = profile.variance.first(2);
  BOOST_TEST(says([&] { recommender.recommend(profile); }, "of the variance"));
}

BOOST_AUTO_TEST_SUITE_END()
