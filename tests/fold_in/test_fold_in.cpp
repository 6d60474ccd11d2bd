// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "fold_in/known_ratings.hpp"
#include "mfpar/error.hpp"
#include "mfpar/fold_in.hpp"
#include "mfpar/rated_items.hpp"
#include "serving_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_fold_in)

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool is_finite(const FoldedIn& row, const FactorModel& model) {
  return row.factors.size() == model.rank() && numbers_of(row, model).allFinite();
}

std::string failure(ErrorCode code, const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code() == code ? error.what() : "another code: " + std::string(error.what());
  }
  return "no error";
}

}  // namespace

// Made by tests/fold_in/fold_in_reference.py.
BOOST_AUTO_TEST_CASE(agrees_with_scikit_learn) {
  const auto model = shaped_model(
      {.rank = 3, .users = 8, .items = 8, .biases = false, .factor = [](auto i, auto k) {
         return (static_cast<double>((7 * i + 3 * k) % 11) - 5) / 4;
       }});
  const struct {
    std::vector<FoldInRating> ratings;
    double alpha;
    std::vector<double> expected;
  } rows[] = {
      {{{0, 4}, {1, 3.5}, {2, 1}, {3, 5}, {4, 2}, {5, 2.5}, {6, 0.5}, {7, 4}},
       0.5,
       {-0.151436031332, 0.0843679508357, -1.13031740111}},
      {{{6, 1}, {2, -2}, {4, 3}}, 0.125, {1.29716399507, 0.835182901767, -1.61611179614}},
      {{{1, 4}, {5, 2}}, 2.0, {-0.170992366412, 1.40458015267, -0.109923664122}},
      {{{3, 5}}, 1.0, {2.0, -1.2, 0.0}},
  };
  for (const auto& row : rows) {
    for (const FoldedIn& found : {fold_in_user(*model, row.ratings, fixed_penalty(row.alpha)),
                                  fold_in_item(*model, row.ratings, fixed_penalty(row.alpha))}) {
      BOOST_REQUIRE(found.factors.size() == 3u);
      for (std::size_t k = 0; k < 3; ++k)
        BOOST_TEST(std::abs(found.factors[k] - row.expected[k]) < 1e-6);
      BOOST_TEST(found.bias == 0.0f);
      BOOST_TEST(found.alpha == row.alpha);
      BOOST_TEST(found.used == row.ratings.size());
    }
  }
}

BOOST_AUTO_TEST_CASE(factors_and_bias_solve_the_normal_equations_with_their_own_penalties) {
  for (const std::uint32_t rank : {1u, 2u, 7u, 16u, 64u, 65u, 256u}) {
    for (const bool biases : {true, false}) {
      const auto model = shaped_model({.rank = rank, .users = 1, .items = 1200, .biases = biases});
      for (const std::size_t count : std::initializer_list<std::size_t>{
               0, 1, 2, rank - 1, rank, rank + 1, rank + 2, 100, 1000}) {
        const auto ratings = made_ratings(count, 1200, rank + count);
        for (const auto& [alpha, bias_alpha] :
             std::vector<std::pair<double, double>>{{1.0, 1.0}, {3.0, 0.01}, {0.5, 40.0}}) {
          BOOST_TEST_CONTEXT("rank " << rank << " biases " << biases << " ratings " << count
                                     << " alpha " << alpha << " " << bias_alpha) {
            const FoldedIn row = fold_in_user(*model, ratings, fixed_penalty(alpha, bias_alpha));
            BOOST_TEST(difference(numbers_of(row, *model),
                                  slow_fold_in(*model, ratings, alpha, bias_alpha)) < 1e-6);
            BOOST_TEST(row.alpha == alpha);
            BOOST_TEST(row.bias_alpha == bias_alpha);
          }
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(primal_and_dual_are_the_same) {
  for (const std::uint32_t rank : {1u, 7u, 64u}) {
    const auto model = shaped_model({.rank = rank, .users = 1, .items = 500});
    KnownRatings known(*model, Entity::kUser);
    NormalEquations equations(fixed_rows(*model, Entity::kUser));
    std::vector<std::uint32_t> indices;
    std::vector<double> targets;
    for (std::size_t count = 0; count <= rank + 1; ++count) {
      known.take(made_ratings(count, 500, count));
      known.list(indices, targets);
      equations.start(indices);
      for (const RidgePenalty wanted : {RidgePenalty{1.0, 1.0}, RidgePenalty{5.0, 0.1},
                                        RidgePenalty{1e-4, 1e-4}, RidgePenalty{0.1, 1e3}}) {
        RidgePenalty primal_penalty = wanted, dual_penalty = wanted;
        const Eigen::VectorXd primal = equations.solve_primal(targets, {}, primal_penalty);
        const Eigen::VectorXd dual = equations.solve_dual(targets, {}, dual_penalty);
        BOOST_TEST_CONTEXT("rank " << rank << " ratings " << count << " alpha " << wanted.factors) {
          BOOST_TEST(difference(primal, dual) < 1e-5);
          BOOST_TEST((primal_penalty == wanted));
          BOOST_TEST((dual_penalty == wanted));
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_training_s_penalty_grows_with_the_ratings_as_training_had_it) {
  const auto ratings = made_ratings(25, 80);
  const struct {
    float exponent;
    double alpha, bias_alpha;
  } rows[] = {{0.0f, 12.5, 6.25}, {0.5f, 2.5, 1.25}, {1.0f, 0.5, 0.25}};
  for (const auto& row : rows) {
    const auto model =
        shaped_model({.penalty = {.factors = 0.5f, .bias = 0.25f, .exponent = row.exponent}});
    const FoldedIn found = fold_in_user(*model, ratings);
    BOOST_TEST(found.alpha == row.alpha);
    BOOST_TEST(found.bias_alpha == row.bias_alpha);
    BOOST_TEST(difference(numbers_of(found, *model),
                          slow_fold_in(*model, ratings, row.alpha, row.bias_alpha)) < 1e-6);
  }
}

BOOST_AUTO_TEST_CASE(a_training_without_penalties_is_held_to_a_little) {
  const auto model = shaped_model({.penalty = {.factors = 0.0f, .bias = 0.0f, .exponent = 0.5f}});
  for (const std::size_t count : {1u, 5u, 8u, 9u, 40u}) {
    const FoldedIn row = fold_in_user(*model, made_ratings(count, 80));
    BOOST_TEST(row.alpha == 1e-6);
    BOOST_TEST(row.bias_alpha == 1e-6);
    BOOST_TEST(is_finite(row, *model));
  }
}

BOOST_AUTO_TEST_CASE(an_item_is_folded_in_as_a_user_is) {
  // A model whose two sides are the same numbers.
  FactorModel::Parts parts = shaped_model({.users = 80})->parts();
  parts.users.factors = parts.items.factors;
  parts.users.biases = parts.items.biases;
  const FactorModel model(std::move(parts));
  const auto ratings = made_ratings(30, 80);
  const FoldedIn user = fold_in_user(model, ratings), item = fold_in_item(model, ratings);
  BOOST_TEST(user.factors == item.factors, boost::test_tools::per_element());
  BOOST_TEST(user.bias == item.bias);
  BOOST_TEST(user.bias != 0.0f);
}

BOOST_AUTO_TEST_CASE(no_ratings_give_zeros) {
  const auto model = shaped_model();
  const std::vector<FoldInRating> unknown{{80, 4}, {kNoIndex, 2}, {80, 3}};
  for (const auto& ratings : {std::vector<FoldInRating>{}, unknown}) {
    for (const auto penalty : {FoldInOptions::Penalty::kTraining, FoldInOptions::Penalty::kFixed,
                               FoldInOptions::Penalty::kLeaveOneOut}) {
      FoldInOptions options;
      options.penalty = penalty;
      const FoldedIn row = fold_in_user(*model, ratings, options);
      BOOST_TEST(row.factors == std::vector<float>(8, 0.0f), boost::test_tools::per_element());
      BOOST_TEST(row.bias == 0.0f);
      BOOST_TEST(row.used == 0u);
      BOOST_TEST(row.unknown == ratings.size());
      BOOST_TEST(row.duplicates == 0u);
    }
  }
  // A model of nothing knows nothing.
  BOOST_TEST(fold_in_user(FactorModel(), unknown).unknown == 3u);
}

BOOST_AUTO_TEST_CASE(of_equal_indices_the_last_counts_and_unknown_ones_are_left_out) {
  const auto model = shaped_model();
  const std::vector<FoldInRating> plain{{3, 4}, {7, 1}, {11, 2.5}};
  const std::vector<FoldInRating> messy{{3, 1},        {99, 2}, {7, 5},    {7, 4}, {3, 4},
                                        {kNoIndex, 1}, {7, 1},  {11, 2.5}, {80, 3}};
  const FoldedIn expected = fold_in_user(*model, plain), row = fold_in_user(*model, messy);
  BOOST_TEST(row.factors == expected.factors, boost::test_tools::per_element());
  BOOST_TEST(row.bias == expected.bias);
  BOOST_TEST(row.used == 3u);
  BOOST_TEST(row.unknown == 3u);
  BOOST_TEST(row.duplicates == 3u);

  // Many ratings of few indices, whose hashes meet.
  std::vector<FoldInRating> many;
  for (std::uint32_t i = 0; i < 200'000; ++i) many.push_back({i % 64, 1.0f});
  for (std::uint32_t i = 0; i < 64; ++i) many.push_back({i, static_cast<float>(i % 5)});
  const FoldedIn from_many = fold_in_user(*model, many);
  BOOST_TEST(from_many.used == 64u);
  BOOST_TEST(from_many.duplicates == 200'000u);
  const auto last = fold_in_user(*model, std::span(many).last(64));
  BOOST_TEST(from_many.factors == last.factors, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(values_that_are_not_finite_are_named) {
  const auto model = shaped_model();
  for (const double bad : {kInfinity, -kInfinity, std::nan("")}) {
    for (const std::uint32_t index : {5u, kNoIndex}) {
      const std::vector<FoldInRating> ratings{{1, 2}, {2, 3}, {index, static_cast<float>(bad)}};
      const std::string message =
          failure(ErrorCode::kBadData, [&] { fold_in_user(*model, ratings); });
      BOOST_TEST(message.starts_with("rating 2 is "));
      BOOST_TEST(message.ends_with("; a finite number was expected: leave it out"));
    }
  }
}

BOOST_AUTO_TEST_CASE(penalties_out_of_range_are_named) {
  const auto model = shaped_model();
  for (const double bad : {0.0, -1.0, kInfinity, std::nan(""), 1e-300, 1e300}) {
    BOOST_TEST(failure(ErrorCode::kBadOption, [&] {
                 fold_in_user(*model, {}, fixed_penalty(bad));
               }).starts_with("alpha is "));
    BOOST_TEST(failure(ErrorCode::kBadOption, [&] {
                 fold_in_user(*model, {}, fixed_penalty(1.0, bad));
               }).starts_with("bias_alpha is "));
  }
  // What another choice does not look at is not judged.
  BOOST_TEST(fold_in_user(*model, {}, {FoldInOptions::Penalty::kTraining, -1.0, -1.0}).used == 0u);
}

BOOST_AUTO_TEST_CASE(nothing_makes_a_nan) {
  const auto model = shaped_model({.rank = 7});
  for (const float huge : {1e30f, -1e30f, std::numeric_limits<float>::max()}) {
    const std::vector<FoldInRating> ratings{{1, huge}, {2, 3}, {3, 4}};
    for (const auto& options : {FoldInOptions{}, fixed_penalty(1.0), fixed_penalty(1e12, 1e-12)}) {
      BOOST_TEST(is_finite(fold_in_user(*model, ratings, options), *model));
    }
  }
  // One row a thousand times over, beside a rounding error of a penalty; and rows so long that
  // their squares leave single precision.
  for (const double length : {1.0, 1e6, 1e18, 1e30}) {
    for (const double other : {0.0, 1.0}) {
      const auto degenerate = shaped_model(
          {.rank = 7, .users = 1, .items = 1000, .factor = [&](std::size_t i, std::size_t k) {
             return length * (1.0 + static_cast<double>(k)) + other * static_cast<double>(i % 3);
           }});
      for (const std::size_t count : {1u, 2u, 7u, 8u, 9u, 1000u}) {
        for (const double alpha : {1e-12, 1e-6, 1.0}) {
          for (const double bias_alpha : {1e-12, 1.0, 1e12}) {
            const FoldedIn row = fold_in_user(*degenerate, made_ratings(count, 1000),
                                              fixed_penalty(alpha, bias_alpha));
            BOOST_TEST(is_finite(row, *degenerate));
            BOOST_TEST(row.alpha >= alpha);
            BOOST_TEST(row.bias_alpha >= bias_alpha);
          }
        }
      }
    }
  }
  // What single precision cannot hold is refused, as is a model that is broken already.
  const auto tiny =
      shaped_model({.rank = 1, .biases = false, .factor = [](auto, auto) { return 1e-5; }});
  BOOST_TEST(failure(ErrorCode::kBadData, [&] {
               fold_in_user(*tiny, std::vector<FoldInRating>{{0, 3e38f}}, fixed_penalty(1e-12));
             }).find("beyond single precision") != std::string::npos);
  const auto broken = shaped_model({.factor = [](auto, auto) { return NAN; }});
  BOOST_TEST(failure(ErrorCode::kBadData, [&] {
               fold_in_user(*broken, made_ratings(20, 80));
             }).find("a model of finite factors") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(rated_items_are_looked_up_and_sorted) {
  const auto model = shaped_model({.items = 80});
  const auto id = [&](ItemIndex item) { return model->items().id(item); };
  const ItemRating given[] = {{id(70), 5.0f}, {"unknown", 1.0f}, {id(3), 4.0f}, {id(70), 2.0f}};
  const RatedItems by_id = rated_items(*model, given);
  const RatedItems by_index =
      rated_items(*model, std::vector<FoldInRating>{{70, 5.0f}, {80, 1.0f}, {3, 4.0f}, {70, 2.0f}});
  for (const RatedItems& rated : {by_id, by_index}) {
    BOOST_TEST(rated.items == (std::vector<ItemIndex>{3, 70}), boost::test_tools::per_element());
    BOOST_TEST_REQUIRE(rated.ratings.size() == 4u);
    for (std::size_t i = 0; i < 4; ++i) BOOST_TEST(rated.ratings[i].value == given[i].value);
    const FoldedIn row = fold_in_user(*model, rated.ratings);
    BOOST_TEST(row.used == 2u);
    BOOST_TEST(row.unknown == 1u);
    BOOST_TEST(row.duplicates == 1u);
  }
  BOOST_TEST(by_id.ratings[1].index == kNoIndex);
  BOOST_TEST(rated_items(*model, std::vector<FoldInRating>()).items.empty());
}

BOOST_AUTO_TEST_SUITE_END()
