// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "fold_in/leave_one_out.hpp"
#include "serving_fixtures.hpp"

using namespace mfpar;
using namespace mfpar::tests;

BOOST_AUTO_TEST_SUITE(test_leave_one_out)

namespace {

const FoldInOptions kLeaveOneOut{FoldInOptions::Penalty::kLeaveOneOut, 1.0, {}};

/// The mean squared error of each rating's prediction by a fit to the others.
double slow_leave_one_out(const FactorModel& model, const std::vector<FoldInRating>& ratings,
                          double alpha, double bias_alpha) {
  double sum = 0.0;
  for (std::size_t left_out = 0; left_out < ratings.size(); ++left_out) {
    std::vector<FoldInRating> others = ratings;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(left_out));
    const Eigen::VectorXd row = slow_fold_in(model, others, alpha, bias_alpha);
    const FoldInRating& rating = ratings[left_out];
    double error = double{rating.value} - model.mean() - model.parts().items.biases[rating.index];
    for (std::uint32_t k = 0; k < model.rank(); ++k) {
      error -= row[k] * double{model.item_row(rating.index)[k]};
    }
    if (model.has_biases()) error -= row[model.rank()];
    sum += error * error;
  }
  return sum / static_cast<double>(ratings.size());
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_closed_form_is_what_leaving_out_each_rating_gives) {
  for (const bool biases : {true, false}) {
    for (const std::uint32_t rank : {1u, 8u, 33u}) {
      const auto model = shaped_model({.rank = rank, .users = 1, .items = 200, .biases = biases});
      for (const std::size_t count : {3u, 7u, 8u, 9u, 10u, 33u, 34u, 35u, 130u}) {
        BOOST_TEST_CONTEXT("rank " << rank << " biases " << biases << " ratings " << count) {
          const auto ratings = made_ratings(count, 200, count);
          const double base = 0.7 * std::sqrt(count), bias_base = 0.4 * std::sqrt(count);
          double best_mse = INFINITY, best = 0.0;
          for (double multiple = 32.0; multiple >= 1.0 / 32; multiple /= 2) {
            const double mse =
                slow_leave_one_out(*model, ratings, base * multiple, bias_base * multiple);
            if (mse < best_mse) best = multiple;
            best_mse = std::min(best_mse, mse);
          }
          const FoldedIn row = fold_in_user(*model, ratings, kLeaveOneOut);
          BOOST_TEST(row.alpha == base * best, boost::test_tools::tolerance(1e-6));
          BOOST_TEST(row.bias_alpha == bias_base * best, boost::test_tools::tolerance(1e-6));
          BOOST_TEST(row.leave_one_out_mse == best_mse, boost::test_tools::tolerance(1e-6));
          BOOST_TEST(difference(numbers_of(row, *model),
                                slow_fold_in(*model, ratings, row.alpha, row.bias_alpha)) < 1e-6);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(what_factors_explain_is_held_less_than_what_they_do_not) {
  const auto model = shaped_model({.rank = 4, .biases = false});
  auto told = made_ratings(60, 80);
  for (FoldInRating& rating : told) {
    const auto q = model->item_row(rating.index);
    rating.value = q[0] - 2 * q[1] + q[2];
  }
  BOOST_TEST(fold_in_user(*model, told, kLeaveOneOut).alpha == 0.7 * std::sqrt(60.0) / 32,
             boost::test_tools::tolerance(1e-6));
  auto noise = made_ratings(60, 80);
  for (std::size_t i = 0; i < noise.size(); ++i) noise[i].value = i % 2 == 0 ? 1.0f : -1.0f;
  BOOST_TEST(fold_in_user(*model, noise, kLeaveOneOut).alpha > 0.7 * std::sqrt(60.0));
}

BOOST_AUTO_TEST_CASE(few_ratings_have_the_training_s_penalty) {
  const auto model = shaped_model();
  for (const std::size_t count : {0u, 1u, 2u}) {
    const auto ratings = made_ratings(count, 80);
    const FoldedIn row = fold_in_user(*model, ratings, kLeaveOneOut);
    BOOST_TEST(row.alpha == fold_in_user(*model, ratings).alpha);
    BOOST_TEST(std::isnan(row.leave_one_out_mse));
  }
  BOOST_TEST(std::isnan(fold_in_user(*model, made_ratings(9, 80)).leave_one_out_mse));
}

BOOST_AUTO_TEST_CASE(degenerate_ratings_have_a_finite_choice) {
  const auto same_rows =
      shaped_model({.rank = 7, .users = 1, .items = 50, .factor = [](auto, auto) { return 1.0; }});
  const auto zero_rows =
      shaped_model({.rank = 7, .users = 1, .items = 50, .factor = [](auto, auto) { return 0.0; }});
  for (const auto& model : {same_rows, zero_rows}) {
    for (const std::size_t count : {3u, 8u, 9u, 50u}) {
      auto ratings = made_ratings(count, 50);
      for (const float value : {0.0f, 3.5f, 1e30f}) {
        for (FoldInRating& rating : ratings) rating.value = value;
        const FoldedIn row = fold_in_user(*model, ratings, kLeaveOneOut);
        BOOST_TEST(std::isfinite(row.alpha));
        BOOST_TEST(std::isfinite(row.leave_one_out_mse));
        BOOST_TEST(numbers_of(row, *model).allFinite());
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
