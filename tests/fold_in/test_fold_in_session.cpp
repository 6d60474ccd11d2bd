// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "fold_in/known_ratings.hpp"
#include "fold_in/updatable_ridge.hpp"
#include "mfpar/error.hpp"
#include "mfpar/fold_in_session.hpp"
#include "serving_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_fold_in_session)

namespace {

/// How far a session's row is from a fold-in of the ratings it holds, at the penalties it used.
double drift(const FoldInSession& session, Entity side = Entity::kUser) {
  const FoldedIn& row = session.row();
  const FoldInOptions options = fixed_penalty(row.alpha, row.bias_alpha);
  const FoldedIn fresh = side == Entity::kUser
                             ? fold_in_user(session.model(), session.ratings(), options)
                             : fold_in_item(session.model(), session.ratings(), options);
  if (row.used != fresh.used) return INFINITY;
  return difference(numbers_of(row, session.model()), numbers_of(fresh, session.model()));
}

/// The regression of a new user: the items rated, and what is to be explained of each rating.
struct Posed {
  Posed(const FactorModel& model, std::span<const FoldInRating> ratings) {
    KnownRatings known(model, Entity::kUser);
    known.take(ratings);
    known.list(indices, targets);
  }

  std::vector<std::uint32_t> indices;
  std::vector<double> targets;
};

}  // namespace

BOOST_AUTO_TEST_CASE(known_ratings_are_what_a_list_would_hold) {
  // Few indices, so that slots collide, come free and are passed over again and again.
  const auto model = shaped_model({.rank = 1, .users = 1, .items = 97});
  KnownRatings known(*model, Entity::kUser);
  std::vector<FoldInRating> expected;
  Random random(1);
  for (int step = 0; step < 20'000; ++step) {
    const auto index = static_cast<std::uint32_t>(random.below(97));
    const auto there = std::ranges::find(expected, index, &FoldInRating::index);
    const bool is_there = there != expected.end();
    BOOST_REQUIRE(known.value_of(index).value_or(-1.0f) == (is_there ? there->value : -1.0f));
    // From empty to full and back.
    if (random.below(1000) < (step / 2'000 % 2 == 0 ? 700u : 300u)) {
      const auto value = static_cast<float>(step);
      if (is_there) {
        there->value = value;
      } else {
        expected.push_back({index, value});
      }
      BOOST_REQUIRE(known.put({index, value}) == is_there);
    } else {
      if (is_there) expected.erase(there);
      known.erase(index);
    }
    BOOST_REQUIRE(std::ranges::equal(known.ratings(), expected,
                                     [](const FoldInRating& a, const FoldInRating& b) {
                                       return a.index == b.index && a.value == b.value;
                                     }));
  }
}

BOOST_AUTO_TEST_CASE(starts_as_a_fold_in) {
  const auto model = shaped_model();
  const std::vector<FoldInRating> ratings{{3, 1}, {99, 2}, {7, 5}, {3, 4}, {11, 2}};
  const FoldInSession session(model, ratings);
  const FoldedIn expected = fold_in_user(*model, ratings);  // three ratings are a step of their own
  BOOST_TEST(difference(numbers_of(session.row(), *model), numbers_of(expected, *model)) < 1e-6);
  BOOST_TEST(session.row().alpha == expected.alpha);
  BOOST_TEST(session.row().bias_alpha == expected.bias_alpha);
  BOOST_TEST(session.row().used == 3u);
  BOOST_TEST(session.row().unknown == 1u);
  BOOST_TEST(session.row().duplicates == 1u);
  const auto held = session.ratings();
  BOOST_REQUIRE(held.size() == 3u);
  BOOST_TEST(held[0].index == 3u);
  BOOST_TEST(held[0].value == 4.0f);
  BOOST_TEST(held[1].index == 7u);
  BOOST_TEST(held[2].index == 11u);
  BOOST_TEST(&session.model() == model.get());
}

BOOST_AUTO_TEST_CASE(stays_a_fold_in_whatever_comes_and_goes) {
  for (const Entity side : {Entity::kUser, Entity::kItem}) {
    for (const std::uint32_t rank : {1u, 7u, 32u}) {
      for (const bool biases : {true, false}) {
        const auto model =
            shaped_model({.rank = rank, .users = 150, .items = 150, .biases = biases});
        for (const auto& options : {FoldInOptions{}, fixed_penalty(0.01, 2.0)}) {
          FoldInSession session(model, made_ratings(5, 150), options, side);
          std::map<std::uint32_t, float> expected;
          for (const FoldInRating& rating : session.ratings())
            expected[rating.index] = rating.value;
          Random random(rank);
          double worst = 0.0;
          for (int step = 0; step < 400; ++step) {
            const std::uint32_t index = random.below(150);
            if (random.below(3) == 0) {
              BOOST_REQUIRE(session.remove(index) == (expected.erase(index) == 1));
            } else {
              const auto value = static_cast<float>(1 + random.below(9)) / 2;
              BOOST_REQUIRE(session.rate(index, value));
              expected[index] = value;
            }
            worst = std::max(worst, drift(session, side));
          }
          BOOST_TEST(worst < 1e-6);
          BOOST_TEST(session.ratings().size() == expected.size());
          for (const FoldInRating& rating : session.ratings()) {
            BOOST_TEST(expected.at(rating.index) == rating.value);
          }
          while (!session.ratings().empty()) session.remove(session.ratings().front().index);
          BOOST_TEST(numbers_of(session.row(), *model).norm() == 0.0);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_way_to_the_ratings_held_does_not_matter) {
  const auto model = shaped_model();
  const auto ratings = made_ratings(40, 80), others = made_ratings(30, 80, 2);
  const FoldInSession at_once(model, ratings);
  FoldInSession detour(model, others);
  for (auto rating = ratings.rbegin(); rating != ratings.rend(); ++rating) {
    detour.rate(rating->index, 1.0f);
  }
  for (const FoldInRating& rating : others) detour.remove(rating.index);
  for (const FoldInRating& rating : ratings) detour.rate(rating.index, rating.value);
  BOOST_TEST(detour.row().alpha == at_once.row().alpha);
  BOOST_TEST(difference(numbers_of(detour.row(), *model), numbers_of(at_once.row(), *model)) <
             1e-6);
}

BOOST_AUTO_TEST_CASE(the_training_s_penalty_is_kept_for_steps) {
  const auto model = shaped_model({.penalty = {.factors = 2.0f, .bias = 1.0f, .exponent = 0.0f}});
  FoldInSession session(model);
  const double steps[] = {1, 1, 2, 3, 4, 4, 6, 6, 8, 8, 8, 8, 12, 12, 12, 12, 16, 16};
  for (const double step : steps) {
    BOOST_TEST(session.row().alpha == 2 * step);
    BOOST_TEST(session.row().bias_alpha == step);
    session.rate(static_cast<std::uint32_t>(session.ratings().size()), 3.0f);
  }
}

BOOST_AUTO_TEST_CASE(leaving_one_out_chooses_once) {
  const auto model = shaped_model({.penalty = {.factors = 0.5f, .bias = 0.5f, .exponent = 1.0f}});
  FoldInOptions options;
  options.penalty = FoldInOptions::Penalty::kLeaveOneOut;
  const auto ratings = made_ratings(30, 80);
  FoldInSession session(model, ratings, options);
  const FoldedIn expected = fold_in_user(*model, ratings, options);
  BOOST_TEST(session.row().alpha == expected.alpha);
  BOOST_TEST(session.row().alpha != 0.5);
  BOOST_TEST(session.row().leave_one_out_mse == expected.leave_one_out_mse);
  session.rate(ratings[0].index, 5.0f);
  BOOST_TEST(session.row().alpha == expected.alpha);
  BOOST_TEST(std::isnan(session.row().leave_one_out_mse));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_taken_changes_nothing) {
  const auto model = shaped_model(
      {.rank = 1, .biases = false, .factor = [](auto i, auto) { return i == 5 ? 1e-5 : 1.0; }});
  FoldInSession session(model, made_ratings(0, 80), fixed_penalty(1e-12));
  session.rate(5, 0.5f);
  const FoldedIn before = session.row();
  BOOST_CHECK_THROW(session.rate(5, std::nanf("")), Error);
  BOOST_CHECK_THROW(session.rate(99, std::numeric_limits<float>::infinity()), Error);
  BOOST_CHECK_THROW(session.rate(5, 3e38f), Error);  // explained by factors beyond floats
  BOOST_TEST(!session.remove(6));
  BOOST_TEST(!session.remove(99));
  BOOST_TEST(session.row().factors == before.factors, boost::test_tools::per_element());
  BOOST_TEST(session.row().unknown == 0u);
  BOOST_TEST(!session.rate(99, 1.0f));
  BOOST_TEST(!session.rate(kNoIndex, 1.0f));
  BOOST_TEST(session.row().unknown == 2u);
  BOOST_REQUIRE(session.ratings().size() == 1u);
  BOOST_TEST(session.ratings()[0].value == 0.5f);
  session.rate(6, 0.25f);
  BOOST_TEST(drift(session) < 1e-6);
  BOOST_CHECK_THROW(FoldInSession(model, {}, fixed_penalty(0.0)), Error);
}

BOOST_AUTO_TEST_CASE(accuracy_lost_to_a_long_row_is_won_back) {
  for (const double length : {1e2, 1e4, 1e6, 1e9, 1e15}) {
    const auto model =
        shaped_model({.rank = 6, .items = 80, .factor = [&](auto i, auto k) {
                        return (i == 7 ? length : 1.0) * std::cos(static_cast<double>(i * (k + 2)));
                      }});
    for (const double alpha : {1e-6, 0.1}) {
      FoldInSession session(model, {}, fixed_penalty(alpha));
      for (std::uint32_t i = 0; i < 20; ++i) {
        session.rate(i, static_cast<float>(1 + i % 5));
        BOOST_TEST(numbers_of(session.row(), *model).allFinite());
      }
      session.remove(7);
      BOOST_TEST_CONTEXT("length " << length << " alpha " << alpha) {
        BOOST_TEST(session.row().alpha == alpha);
        BOOST_TEST(drift(session) < 1e-6);
        session.rate(3, 1e30f);  // and a value that swallows the others
        session.rate(3, 2.0f);
        BOOST_TEST(drift(session) < 1e-6);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(ordinary_steps_need_no_new_equations) {
  const auto model = shaped_model({.rank = 16, .items = 200});
  const auto ratings = made_ratings(100, 200);
  const Posed posed(*model, ratings);
  UpdatableRidge ridge(fixed_rows(*model, Entity::kUser));
  ridge.set_up(posed.indices, posed.targets, {}, {1.0, 1.0});
  for (int round = 0; round < 5; ++round) {
    for (std::size_t s = 0; s < ratings.size(); ++s) {
      const std::uint32_t index = posed.indices[s];
      BOOST_REQUIRE(ridge.remove(index, posed.targets[s]));
      BOOST_REQUIRE(ridge.add(index, posed.targets[s]));
      BOOST_REQUIRE(ridge.change(index, posed.targets[s], 5.5));
      BOOST_REQUIRE(ridge.change(index, 5.5, posed.targets[s]));
    }
  }
  BOOST_TEST(ridge.set_ups() == 1u);
  BOOST_TEST(difference(ridge.solve(), slow_fold_in(*model, ratings, 1.0, 1.0)) < 1e-9);
}

BOOST_AUTO_TEST_CASE(steps_that_lose_accuracy_say_so) {
  const auto model =
      shaped_model({.rank = 4, .users = 1, .items = 9, .factor = [](auto i, auto k) {
                      return (i == 0 ? 1e5 : 1.0) * static_cast<double>(1 + (i + k) % 3);
                    }});
  const Posed posed(*model, made_ratings(9, 9));
  const auto at = static_cast<std::size_t>(std::ranges::find(posed.indices, 0u) -
                                           posed.indices.begin());  // of the long row
  UpdatableRidge ridge(fixed_rows(*model, Entity::kUser));
  ridge.set_up(posed.indices, posed.targets, {}, {1.0, 1.0});
  BOOST_TEST(!ridge.remove(0, posed.targets[at]));
  // A long row is no longer long beside these.
  ridge.set_up(posed.indices, posed.targets, {}, {1e6, 1e6});
  BOOST_TEST(ridge.remove(0, posed.targets[at]));
  const std::size_t other = at == 0 ? 1 : 0;
  const std::uint32_t index = posed.indices[other];
  BOOST_TEST(ridge.change(index, posed.targets[other], -2.5));
  BOOST_TEST(ridge.change(index, -2.5, 1e30));  // nothing is lost by coming
  BOOST_TEST(!ridge.change(index, 1e30, -1.5));
}

BOOST_AUTO_TEST_SUITE_END()
