// SPDX-License-Identifier: MIT
#include <Eigen/Dense>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "base/random.hpp"
#include "compute/one_class.hpp"
#include "mfpar/train_options.hpp"
#include "rating_fixtures.hpp"
#include "sanitized.hpp"

using namespace mfpar;
using namespace mfpar::tests;

namespace {

using Matrix = Eigen::MatrixXd;

Matrix matrix_of(const FactorRows& rows) {
  Matrix result(rows.count, rows.rank);
  for (std::uint32_t row = 0; row < rows.count; ++row) {
    for (std::uint32_t f = 0; f < rows.rank; ++f) result(row, f) = rows.row(row)[f];
  }
  return result;
}

/// Two sides at random factors, and what they cost by plain sums over all pairs.
struct OneClassProblem {
  OneClassProblem(const RatingStore& with, const OneClassCosts& of, std::uint32_t rank,
                  int threads = 2, std::optional<float> relevant = {},
                  const std::function<float(float)>& confidence = {})
      : ratings(with),
        costs(of),
        workers(threads),
        users(positives_by_user(ratings, relevant, confidence, workers), ratings.item_count(),
              costs, rank),
        items(transposed(users.positives(), ratings.item_count()), ratings.user_count(), costs,
              rank) {
    Random random(5);
    for (OneClassSide* side : {&users, &items}) {
      for (std::size_t at = 0; at < side->values().size(); ++at) {
        if (at % row_stride(rank) < rank) {
          side->values()[at] = static_cast<float>(0.1 * random.normal());
        }
      }
    }
  }

  std::uint64_t half(bool of_users) {
    return solve_side(of_users ? users : items, of_users ? items : users, costs.unobserved, kernels,
                      workers, [] { return false; });
  }
  double loss() const {
    return one_class_error(users.positives(), users.rows(), items.rows(), costs.unobserved, kernels,
                           workers) +
           charged(users.penalties(), users.rows(), workers) +
           charged(items.penalties(), items.rows(), workers);
  }

  /// The most that the objective could still fall by moving one row of a side, as a share of what
  /// its positives cost a row of zeros: by a dense solution of its normal equations.
  double largest_gap(bool of_users) const {
    const OneClassSide& moving = of_users ? users : items;
    const Matrix x = matrix_of(moving.rows()), q = matrix_of((of_users ? items : users).rows());
    const Positives& positives = moving.positives();
    double largest = 0.0;
    for (std::uint32_t row = 0; row < positives.rows(); ++row) {
      Matrix a = costs.unobserved * q.transpose() * q;
      a.diagonal().array() += double{moving.penalties()[row]};
      Eigen::VectorXd b = Eigen::VectorXd::Zero(q.cols());
      double confidence = 1e-30;
      for (auto at = positives.offsets[row]; at < positives.offsets[row + 1]; ++at) {
        const Eigen::VectorXd other = q.row(positives.indices[at]);
        a += positives.confidence(at) * other * other.transpose();
        b += positives.confidence(at) * other;
        confidence += positives.confidence(at);
      }
      const Eigen::VectorXd away =
          a.completeOrthogonalDecomposition().solve(b) - x.row(row).transpose();
      largest = std::max(largest, away.dot(a * away) / confidence);
    }
    return largest;
  }

  /// Half the gradient of the objective by every row of one side: computed from all pairs.
  Matrix gradient(bool of_users) const {
    const OneClassSide& moving = of_users ? users : items;
    const Matrix x = matrix_of(moving.rows()), q = matrix_of((of_users ? items : users).rows());
    Matrix result = costs.unobserved * x * (q.transpose() * q);
    for (std::uint32_t row = 0; row < moving.rows().count; ++row) {
      const double n = static_cast<double>(moving.positives().count(row));
      const double charge =
          costs.lambda *
          std::pow(n + costs.unobserved * static_cast<double>(q.rows()), costs.exponent);
      result.row(row) += charge * x.row(row);
      for (auto at = moving.positives().offsets[row]; at < moving.positives().offsets[row + 1];
           ++at) {
        const auto other = moving.positives().indices[at];
        const double c = moving.positives().confidence(at);
        result.row(row) -= c * (1.0 - x.row(row).dot(q.row(other))) * q.row(other);
      }
    }
    return result;
  }

  const RatingStore& ratings;
  OneClassCosts costs;
  const KernelSet& kernels = find_kernels("auto");
  Workers workers;
  OneClassSide users, items;
};

const std::vector<OneClassCosts> kCosts{
    {.unobserved = 0.3, .lambda = 0.01, .exponent = 1.0},
    {.unobserved = 0.01, .lambda = 0.1, .exponent = 0.0},
    {.unobserved = 1.0, .lambda = 0.001, .exponent = 0.5},
    {.unobserved = 0.1, .lambda = 0.0, .exponent = 1.0},
    {.unobserved = 5.0, .lambda = 100.0, .exponent = 1.0},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(test_one_class)

BOOST_AUTO_TEST_CASE(positives_are_the_ratings_from_a_threshold_on) {
  const RatingStore ratings = random_store();
  const Workers workers(2);
  for (const std::optional<float> relevant : {std::optional<float>(), {3.0f}, {4.5f}, {100.0f}}) {
    const auto doubled = [](float value) { return 2.0f * value; };
    const Positives by_user = positives_by_user(ratings, relevant, doubled, workers);
    const Positives by_item = transposed(by_user, ratings.item_count());
    std::uint64_t count = 0;
    for (UserIndex user = 0; user < ratings.user_count(); ++user) {
      std::uint64_t at = by_user.offsets[user];
      for (auto n = ratings.offsets()[user]; n < ratings.offsets()[user + 1]; ++n) {
        if (relevant && ratings.value(n) < *relevant) continue;
        const ItemIndex item = ratings.item(n);
        BOOST_REQUIRE_EQUAL(by_user.indices[at], item);
        BOOST_REQUIRE_EQUAL(by_user.confidence(at), 2.0f * ratings.value(n));
        const auto users = by_item.of(item);
        const auto found = std::ranges::find(users, user);
        BOOST_REQUIRE((found != users.end()));
        const auto there =
            by_item.offsets[item] + static_cast<std::uint64_t>(found - users.begin());
        BOOST_REQUIRE_EQUAL(by_item.confidence(there), 2.0f * ratings.value(n));
        ++at;
        ++count;
      }
      BOOST_REQUIRE_EQUAL(at, by_user.offsets[user + 1]);
    }
    BOOST_TEST(by_user.size() == count);
    BOOST_TEST(by_item.size() == count);
  }
}

BOOST_AUTO_TEST_CASE(the_loss_is_the_sum_over_all_pairs) {
  const RatingStore ratings = random_store();
  for (const OneClassCosts& costs : kCosts) {
    for (const bool confident : {false, true}) {
      const OneClassProblem at(
          ratings, costs, 5, 2, 3.0f,
          confident ? [](float value) { return value; } : std::function<float(float)>());
      const Matrix scores = matrix_of(at.users.rows()) * matrix_of(at.items.rows()).transpose();
      double expected = costs.unobserved * scores.squaredNorm();
      for (UserIndex user = 0; user < ratings.user_count(); ++user) {
        for (auto n = ratings.offsets()[user]; n < ratings.offsets()[user + 1]; ++n) {
          if (ratings.value(n) < 3.0f) continue;
          const double miss = 1.0 - scores(user, ratings.item(n));
          expected += (confident ? ratings.value(n) : 1.0) * miss * miss;
        }
      }
      for (const OneClassSide* side : {&at.users, &at.items}) {
        const Matrix rows = matrix_of(side->rows());
        for (std::uint32_t row = 0; row < rows.rows(); ++row) {
          expected += double{side->penalties()[row]} * rows.row(row).squaredNorm();
        }
      }
      BOOST_TEST(at.loss() == expected, boost::test_tools::tolerance(1e-5));
    }
  }
}

BOOST_AUTO_TEST_CASE(half_an_epoch_solves_every_row) {
  const RatingStore ratings = random_store();
  for (const OneClassCosts& costs : kCosts) {
    for (const std::uint32_t rank : {1u, 6u, 16u, 70u}) {  // more than there are rows, too
      if (kSanitized && rank > 16) continue;               // would take half a minute there
      OneClassProblem at(ratings, costs, rank, 2, {}, [](float value) { return value; });
      for (const bool of_users : {true, false, true}) {
        const double loss = at.loss();
        at.half(of_users);
        const double gap = at.largest_gap(of_users);
        BOOST_TEST(gap < 3e-7, "a " << costs.unobserved << " lambda " << costs.lambda << " rank "
                                    << rank << ": " << gap);
        BOOST_TEST(at.loss() < loss * (1.0 + 1e-6));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_objective_falls_to_where_no_row_can_move) {
  const RatingStore ratings = random_store();
  for (const OneClassCosts& costs : kCosts) {
    if (costs.lambda == 0.0) continue;  // nothing decides how scores are shared by the two sides
    OneClassProblem at(ratings, costs, 4);
    double before = at.loss();
    const double start = at.gradient(true).norm() + at.gradient(false).norm();
    for (int half = 0; half < (kSanitized ? 40 : 400); ++half) {
      at.half(half % 2 == 0);
      const double now = at.loss();
      BOOST_REQUIRE_LT(now, before * (1.0 + 1e-6));
      before = now;
    }
    BOOST_TEST(at.gradient(true).norm() + at.gradient(false).norm() <
               (kSanitized ? 0.5 : 0.005) * start);
  }
}

BOOST_AUTO_TEST_CASE(threads_change_no_byte) {
  const RatingStore ratings = random_store();
  std::vector<float> first;
  for (const int threads : {1, 2, 3, 8}) {
    OneClassProblem at(ratings, kCosts[0], 12, threads);
    for (const bool of_users : {true, false, true, false}) at.half(of_users);
    std::vector<float> all(at.users.values().begin(), at.users.values().end());
    all.insert(all.end(), at.items.values().begin(), at.items.values().end());
    if (threads == 1) first = all;
    BOOST_TEST((all == first), threads << " threads");
  }
}

BOOST_AUTO_TEST_CASE(rows_without_positives_are_zero) {
  const RatingStore ratings = random_store();
  OneClassProblem at(ratings, kCosts[0], 12, 2, 4.5f);
  std::size_t empty = 0;
  at.half(true);
  const Matrix rows = matrix_of(at.users.rows());
  for (std::uint32_t user = 0; user < rows.rows(); ++user) {
    const bool none = at.users.positives().count(user) == 0;
    empty += none;
    BOOST_TEST((rows.row(user).norm() == 0.0) == none);
  }
  BOOST_TEST(empty > 0u);
}

BOOST_AUTO_TEST_CASE(a_stop_leaves_rows_as_they_were_but_for_the_rotation) {
  const RatingStore ratings = random_store();
  OneClassProblem at(ratings, kCosts[0], 12);
  const Matrix scores = matrix_of(at.users.rows()) * matrix_of(at.items.rows()).transpose();
  BOOST_TEST(solve_side(at.users, at.items, 0.3, at.kernels, at.workers, [] { return true; }) ==
             0u);
  const Matrix after = matrix_of(at.users.rows()) * matrix_of(at.items.rows()).transpose();
  BOOST_TEST((scores - after).cwiseAbs().maxCoeff() < 1e-6);
}

BOOST_AUTO_TEST_CASE(the_gram_matrix_is_the_sum_of_outer_products) {
  const RatingStore ratings = random_store();
  for (const std::uint32_t rank : {1u, 7u, 16u, 33u}) {
    const OneClassProblem at(ratings, kCosts[0], rank);
    const Matrix rows = matrix_of(at.items.rows());
    const Matrix difference =
        gram_matrix(at.items.rows(), at.kernels, at.workers) - rows.transpose() * rows;
    BOOST_TEST(difference.cwiseAbs().maxCoeff() < 1e-12);

    std::vector<double> weights(at.items.rows().count);
    for (std::size_t row = 0; row < weights.size(); ++row) {
      weights[row] = static_cast<double>(row % 5);
    }
    const Eigen::Map<const Eigen::VectorXd> diagonal(weights.data(), rows.rows());
    const Matrix weighted = gram_matrix(at.items.rows(), at.kernels, at.workers, weights) -
                            rows.transpose() * diagonal.asDiagonal() * rows;
    BOOST_TEST(weighted.cwiseAbs().maxCoeff() < 1e-12);
  }
}

BOOST_AUTO_TEST_CASE(the_usual_weight_goes_by_the_share_of_pairs_that_are_positive) {
  BOOST_TEST(usual_unobserved_weight(100, 1'000, 1'000) == 3.3 * 0.01,
             boost::test_tools::tolerance(1e-12));
  BOOST_TEST(usual_unobserved_weight(400, 1'000, 1'000) == 3.3 * 0.02,
             boost::test_tools::tolerance(1e-12));
  BOOST_TEST(usual_unobserved_weight(900'000, 1'000, 1'000) == 0.35);
  for (const std::uint64_t ratings : {0u, 5u}) {
    BOOST_TEST(usual_unobserved_weight(ratings, 0, 1'000) == 0.35);
  }
}

BOOST_AUTO_TEST_SUITE_END()
