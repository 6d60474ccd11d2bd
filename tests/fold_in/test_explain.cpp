// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "mfpar/fold_in_session.hpp"
#include "serving_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_explain)

namespace {

double interaction_of(const FoldedIn& row, std::span<const float> other) {
  double sum = 0.0;
  for (std::size_t k = 0; k < other.size(); ++k) sum += double{row.factors[k]} * other[k];
  return sum;
}

}  // namespace

BOOST_AUTO_TEST_CASE(contributions_add_up_to_the_interaction) {
  for (const bool biases : {true, false}) {
    const auto model = shaped_model({.rank = 16, .biases = biases});
    for (const std::size_t count : {0u, 1u, 10u, 70u}) {
      const FoldInSession session(model, made_ratings(count, 80));
      for (const ItemIndex item : {0u, 41u, 79u}) {
        const Explanation why = session.explain(item);
        BOOST_TEST(why.mean == model->mean());
        BOOST_TEST(why.user_bias == session.row().bias);
        BOOST_TEST(why.item_bias == model->parts().items.biases[item]);
        BOOST_TEST(std::abs(why.interaction -
                            interaction_of(session.row(), model->item_row(item))) < 1e-6);
        BOOST_REQUIRE(why.influences.size() == count);
        double sum = 0.0;
        for (std::size_t s = 0; s < count; ++s) {
          sum += why.influences[s].contribution;
          if (s > 0)
            BOOST_TEST(why.influences[s - 1].contribution >= why.influences[s].contribution);
        }
        BOOST_TEST(std::abs(sum - why.interaction) < 1e-5);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_weight_is_what_one_more_point_does) {
  const auto model = shaped_model();
  const auto ratings = made_ratings(24, 80);  // at a step, so that the penalty stays
  FoldInSession session(model, ratings);
  const Explanation before = session.explain(50);
  for (const FoldInRating& rating : ratings) {
    session.rate(rating.index, rating.value + 1.0f);
    const Explanation after = session.explain(50);
    session.rate(rating.index, rating.value);
    const auto influence =
        std::ranges::find(before.influences, rating.index, &RatingInfluence::index);
    BOOST_REQUIRE(influence != before.influences.end());
    BOOST_TEST(influence->value == rating.value);
    BOOST_TEST(std::abs(after.interaction - before.interaction - influence->weight) < 1e-5);
    const double left =
        double{rating.value} - model->mean() - model->parts().items.biases[rating.index];
    BOOST_TEST(std::abs(influence->contribution - influence->weight * left) < 1e-9);
  }
}

BOOST_AUTO_TEST_CASE(a_new_item_is_explained_by_its_users) {
  const auto model = shaped_model();
  const FoldInSession session(model, made_ratings(20, 60), {}, Entity::kItem);
  const Explanation why = session.explain(59);
  BOOST_TEST(why.item_bias == session.row().bias);
  BOOST_TEST(why.user_bias == model->parts().users.biases[59]);
  BOOST_TEST(std::abs(why.interaction - interaction_of(session.row(), model->user_row(59))) < 1e-6);
  double sum = 0.0;
  for (const RatingInfluence& influence : why.influences) sum += influence.contribution;
  BOOST_TEST(std::abs(sum - why.interaction) < 1e-5);
}

BOOST_AUTO_TEST_SUITE_END()
