// SPDX-License-Identifier: MIT
//
// Rows that join a model of one-class feedback, alone or carried, against the plain solution of
// their normal equations.
#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numeric>
#include <vector>

#include "mfpar/error.hpp"
#include "mfpar/extend_model.hpp"
#include "mfpar/fold_in.hpp"
#include "mfpar/fold_in_session.hpp"
#include "one_class_models.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_fold_in_one_class)

namespace {

/// The factors that minimise the objective of FoldInOptions for these positives.
std::vector<float> solved(const FactorModel& model, Entity joining,
                          const std::vector<std::uint32_t>& positives) {
  const Eigen::Index rank = model.rank();
  const auto row = [&](std::uint32_t index) -> Eigen::VectorXd {
    const auto factors = joining == Entity::kUser ? model.item_row(index) : model.user_row(index);
    return Eigen::Map<const Eigen::VectorXf>(factors.data(), rank).cast<double>();
  };
  const std::uint32_t others = model.side(other(joining)).ids->size();
  const double weight = model.parts().one_class_weights.unobserved_weight;
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(rank, rank);
  Eigen::VectorXd right = Eigen::VectorXd::Zero(rank);
  for (std::uint32_t i = 0; i < others; ++i) matrix += weight * row(i) * row(i).transpose();
  for (const std::uint32_t i : positives) {
    matrix += row(i) * row(i).transpose();
    right += row(i);
  }
  const FoldInPenalty& penalty = model.parts().fold_in;
  const auto counted =
      static_cast<double>(std::max<std::size_t>(1, positives.size())) + weight * others;
  matrix.diagonal().array() += penalty.factors * std::pow(counted, 1.0 - double{penalty.exponent});
  const Eigen::VectorXd solution = matrix.ldlt().solve(right);
  std::vector<float> result;
  for (const double x : solution) result.push_back(static_cast<float>(x));
  return result;
}

bool close(const std::vector<float>& a, const std::vector<float>& b) {
  return std::ranges::equal(
      a, b, [](float x, float y) { return std::abs(x - y) <= 1e-5f * (1 + std::abs(x)); });
}

std::vector<FoldInRating> rated(const std::vector<std::uint32_t>& indices, float value = 1) {
  std::vector<FoldInRating> ratings;
  for (const std::uint32_t i : indices) ratings.push_back({i, value});
  return ratings;
}

const std::vector<std::vector<std::uint32_t>> kChosen{
    {}, {3}, {0, 1, 2}, {19, 4, 7, 11, 2, 5, 8, 13, 1, 17, 9}};

}  // namespace

BOOST_AUTO_TEST_CASE(a_row_is_the_minimum_over_positives_and_all_that_is_not_observed) {
  for (const std::uint32_t rank : {1u, 8u, 16u}) {
    const FactorModel model(one_class_parts({.rank = rank}));
    for (const auto& indices : kChosen) {
      BOOST_TEST(close(fold_in_user(model, rated(indices)).factors,
                       solved(model, Entity::kUser, indices)));
      BOOST_TEST(close(fold_in_item(model, rated(indices)).factors,
                       solved(model, Entity::kItem, indices)));
      BOOST_TEST(close(fold_in_user(model, rated(indices, 0.5f)).factors,
                       solved(model, Entity::kUser, indices)),
                 "whatever the value");
    }
  }
}

BOOST_AUTO_TEST_CASE(only_ratings_from_the_threshold_on_are_positives) {
  const FactorModel model(one_class_parts({}, 4.0f));
  const std::vector<FoldInRating> ratings{{1, 5}, {2, 3.5f}, {3, 4}, {5, 5}, {5, 2}};
  const FoldedIn row = fold_in_user(model, ratings);
  BOOST_TEST(row.used == 2u);
  BOOST_TEST(close(row.factors, solved(model, Entity::kUser, {1, 3})));

  FoldInSession session(std::make_shared<const FactorModel>(model));
  for (const FoldInRating& rating : ratings) BOOST_TEST(session.rate(rating.index, rating.value));
  BOOST_TEST(close(session.row().factors, row.factors));
}

BOOST_AUTO_TEST_CASE(a_row_joins_both_parts_at_once) {
  const FactorModel model = model_of_both();
  const FactorModel ratings_alone(made_parts({}));
  const FactorModel& carried = *model.parts().one_class;
  const auto session_model = std::make_shared<const FactorModel>(model);
  for (const auto& indices : kChosen) {
    const auto ratings = rated(indices, 4);
    const FoldedIn row = fold_in_user(model, ratings);
    BOOST_TEST(close(row.factors, fold_in_user(ratings_alone, ratings).factors));
    BOOST_TEST(close(row.one_class, solved(carried, Entity::kUser, indices)));
    const std::span<const FoldInRating> rows[] = {ratings};
    BOOST_TEST((fold_in_users(model, rows)[0].one_class == row.one_class));

    // A session keeps its penalty for steps of counts: 1, 2, 3 and 8.
    FoldInSession session(session_model, ratings);
    BOOST_REQUIRE(session.one_class() != nullptr);
    BOOST_TEST((session.row().one_class == session.one_class()->row().factors));
    if (indices.size() <= 3) BOOST_TEST(close(session.row().one_class, row.one_class));
    session.rate(10, 3);
    session.remove(10);
    if (indices.size() <= 3) BOOST_TEST(close(session.row().one_class, row.one_class));
  }
}

BOOST_AUTO_TEST_CASE(an_explanation_divides_the_score_among_the_positives) {
  const auto model = std::make_shared<const FactorModel>(model_of_both());
  const FactorModel& carried = *model->parts().one_class;
  const FoldInSession session(model, rated({3, 7, 12}, 4));
  for (const ItemIndex item : {0u, 3u, 50u}) {
    const Explanation why = session.one_class()->explain(item);
    const auto q = carried.item_row(item);
    const double score =
        std::inner_product(q.begin(), q.end(), session.row().one_class.begin(), 0.);
    double sum = 0;
    for (const RatingInfluence& influence : why.influences) sum += influence.contribution;
    BOOST_TEST(why.influences.size() == 3u);
    BOOST_TEST(std::abs(why.interaction - score) < 1e-5);
    BOOST_TEST(std::abs(sum - score) < 1e-5);
    BOOST_TEST(why.mean + why.user_bias + why.item_bias == 0.0f);
  }
}

BOOST_AUTO_TEST_CASE(a_known_row_is_fitted_to_what_it_chose_before_and_now) {
  for (const std::optional<float> relevant : {std::optional<float>(), std::optional(4.0f)}) {
    const FactorModel model(one_class_parts({}, relevant));
    std::vector<std::uint32_t> positives;
    for (ItemIndex i = 0; i < model.item_count(); ++i) {
      if (model.has_chosen(2, i)) positives.push_back(i);
    }
    const auto rated_before = model.parts().trained.of(2);
    std::uint32_t fresh = 0;
    while (std::ranges::binary_search(rated_before, fresh)) ++fresh;
    positives.push_back(fresh);
    const FoldedIn row = update_user(model, 2, rated({fresh}, 5));
    BOOST_TEST(close(row.factors, solved(model, Entity::kUser, positives)));
    BOOST_TEST(row.used == 1u);
  }
}

BOOST_AUTO_TEST_CASE(new_rows_stand_in_both_parts_of_the_model_they_are_put_into) {
  for (const std::optional<float> relevant : {std::optional<float>(), std::optional(4.0f)}) {
    const FactorModel model = model_of_both(relevant);
    const FoldedIn user = fold_in_user(model, rated({1, 5, 9}, 5));
    const FactorModel more = with_users(
        model,
        std::vector<NewRow>{{.id = "new", .row = user, .rated = {1, 5, 9}, .chosen = {1, 5, 9}}});
    const FactorModel& carried = *more.one_class();
    const UserIndex index = more.users().find("new");
    BOOST_REQUIRE_EQUAL(index, carried.users().find("new"));
    BOOST_TEST(std::ranges::equal(carried.user_row(index), user.one_class));
    BOOST_TEST(std::ranges::equal(more.user_row(index), user.factors));
    BOOST_TEST(carried.has_chosen(index, 5));
    BOOST_TEST(!carried.has_chosen(index, 2));

    const FoldedIn item = fold_in_item(model, rated({0, 4}, 5));
    const FactorModel wider = with_items(
        model, std::vector<NewRow>{{.id = "film", .row = item, .rated = {0, 4}, .chosen = {0, 4}}});
    const ItemIndex film = wider.items().find("film");
    BOOST_TEST(std::ranges::equal(wider.one_class()->item_row(film), item.one_class));
    BOOST_TEST(wider.one_class()->has_chosen(4, film));
    BOOST_TEST(!wider.one_class()->has_chosen(1, film));
  }
  FoldedIn bare = fold_in_user(FactorModel(made_parts({})), rated({1}, 5));
  BOOST_CHECK_THROW(
      with_users(model_of_both(), std::vector<NewRow>{{.id = "x", .row = bare, .rated = {}}}),
      Error);
}

BOOST_AUTO_TEST_CASE(a_penalty_is_not_chosen_by_leaving_one_out) {
  const FactorModel model(one_class_parts({}));
  FoldInOptions options;
  options.penalty = FoldInOptions::Penalty::kLeaveOneOut;
  BOOST_CHECK_THROW(fold_in_user(model, rated({1, 2, 3, 4}), options), Error);
  BOOST_CHECK_NO_THROW(fold_in_user(model_of_both(), rated({1, 2, 3, 4}, 4), options));
}

BOOST_AUTO_TEST_SUITE_END()
