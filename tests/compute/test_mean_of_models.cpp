// SPDX-License-Identifier: MIT
//
// Against dense matrices of users x items, in double precision.
#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "model_terms.hpp"

using namespace mfpar;
using namespace mfpar::tests;

namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

constexpr TermsCase kCases[] = {
    {{1, 0}, {1, 0}, 1, 1},   {{2, 0}, {1, 0}, 1, 2},     {{7, 0}, {9, 0}, 1, 3},
    {{30, 0}, {20, 0}, 3, 4}, {{40, 2}, {25, 0}, 5, 3},   {{25, 0}, {40, 4}, 7, 2},
    {{60, 3}, {50, 5}, 8, 6}, {{12, 30}, {200, 1}, 4, 5}, {{300, 1}, {70, 60}, 17, 2},
};

/// As popularity is: from much to nothing.
std::vector<float> made_weights(std::uint32_t points) {
  std::vector<float> weights;
  for (std::uint32_t point = 0; point < points; ++point) {
    weights.push_back(point % 4 == 3 ? 0.0f : 50.0f / static_cast<float>(1 + point));
  }
  return weights;
}

Matrix dense_rows(const FactorRows& rows) {
  Matrix result(rows.count, rows.rank);
  for (std::uint32_t row = 0; row < rows.count; ++row) {
    for (std::uint32_t f = 0; f < rows.rank; ++f) result(row, f) = double{rows.row(row)[f]};
  }
  return result;
}

/// What every pair of rows adds to a score: of two points the score, of a direction and a point
/// what the direction changes, of two directions their product.
Matrix parts_of_scores(const TermsCase& of, const MeanOfModels::Term& term) {
  Matrix result = dense_rows(term.users.factors) * dense_rows(term.items.factors).transpose();
  for (std::uint32_t u = 0; u < of.users.rows(); ++u) {
    for (std::uint32_t i = 0; i < of.items.rows(); ++i) {
      const bool user = u < of.users.points, item = i < of.items.points;
      result(u, i) += (user && item ? double{term.mean} : 0.0) +
                      (item ? double{term.users.biases[u]} : 0.0) +
                      (user ? double{term.items.biases[i]} : 0.0);
    }
  }
  return result;
}

Matrix mean_of_scores(const TermsCase& of, const std::vector<MadeTerm>& terms) {
  Matrix sum = Matrix::Zero(of.users.rows(), of.items.rows());
  for (const MadeTerm& term : terms) sum += parts_of_scores(of, term.term());
  return sum / static_cast<double>(terms.size());
}

FactorRows rows_of(const MeanOfModels::Model& model, const MeanOfModels::ModelSide& side) {
  return {side.factors.data(), static_cast<std::uint32_t>(side.biases.size()), model.rank};
}

Matrix scores_of(const TermsCase& of, const MeanOfModels::Model& model) {
  return parts_of_scores(of, {model.mean,
                              {rows_of(model, model.users), model.users.biases},
                              {rows_of(model, model.items), model.items.biases}});
}

struct Weights {
  explicit Weights(const TermsCase& of)
      : users(made_weights(of.users.points)), items(made_weights(of.items.points)) {}
  Weights(std::size_t user_points, std::size_t item_points, float weight)
      : users(user_points, weight), items(item_points, weight) {}

  std::vector<float> users, items;
};

struct Averaging {
  explicit Averaging(int threads = 2) : workers(threads) {}

  MeanOfModels::Model operator()(const TermsCase& of, const Weights& weights,
                                 const std::vector<MadeTerm>& terms, std::uint32_t kept,
                                 std::uint32_t most, double share = 1.0) const {
    MeanOfModels mean({weights.users, of.users.directions}, {weights.items, of.items.directions},
                      kept, find_kernels("auto"));
    for (const MadeTerm& term : terms) mean.add(term.term(), workers);
    return mean.finish(most, share, workers);
  }

  Workers workers;
};

/// Shares that sum to 1.
Vector shares_of(const std::vector<float>& weights) {
  Vector shares(static_cast<Eigen::Index>(weights.size()));
  for (std::size_t n = 0; n < weights.size(); ++n) {
    shares(static_cast<Eigen::Index>(n)) = double{weights[n]};
  }
  return shares / shares.sum();
}

/// The points' scores less what mean and biases of the average points give, weighted.
Matrix weighted_interactions(const TermsCase& of, const Weights& weights, const Matrix& parts) {
  const Vector of_users = shares_of(weights.users), of_items = shares_of(weights.items);
  Matrix scores = parts.topLeftCorner(of.users.points, of.items.points);
  const Eigen::RowVectorXd average_user = of_users.transpose() * scores;
  scores.rowwise() -= average_user;
  const Vector average_item = scores * of_items;
  scores.colwise() -= average_item;
  return of_users.cwiseSqrt().asDiagonal() * scores * of_items.cwiseSqrt().asDiagonal();
}

/// Of that matrix, the squares of its singular values, falling.
Vector squares_of(const TermsCase& of, const Weights& weights, const Matrix& parts) {
  const Matrix matrix = weighted_interactions(of, weights, parts);
  const bool is_wide = matrix.cols() > matrix.rows();
  const Matrix gram =
      is_wide ? Matrix(matrix * matrix.transpose()) : Matrix(matrix.transpose() * matrix);
  return Eigen::SelfAdjointEigenSolver<Matrix>(gram).eigenvalues().cwiseMax(0.0).reverse();
}

double largest(const Matrix& matrix) { return matrix.cwiseAbs().maxCoeff(); }

bool same_bits(const MeanOfModels::ModelSide& a, const MeanOfModels::ModelSide& b) {
  return a.biases == b.biases && a.factors.size() == b.factors.size() &&
         std::memcmp(a.factors.data(), b.factors.data(), a.factors.size() * sizeof(float)) == 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(test_mean_of_models)

// Single precision of columns and results: 1e-5 of scores up to about 100.
BOOST_AUTO_TEST_CASE(scores_are_the_means_of_scores_where_all_columns_are_kept) {
  const Averaging average;
  for (const TermsCase& of : kCases) {
    BOOST_TEST_CONTEXT("users " << of.users.points << " rank " << of.rank) {
      const std::vector<MadeTerm> terms = made_terms(of, 3);
      const Matrix expected = mean_of_scores(of, terms);
      const std::uint32_t all = of.rank * of.terms;
      for (const std::uint32_t kept : {all, all + 5}) {
        const MeanOfModels::Model model = average(of, Weights(of), terms, kept, 1000);
        BOOST_TEST(largest(scores_of(of, model) - expected) < 1e-5 * largest(expected));
        BOOST_TEST(model.dropped < 1e-9);
        BOOST_TEST(model.rank <= all);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_smaller_rank_has_the_lowest_weighted_error_there_is) {
  const Averaging average;
  for (const TermsCase& of : kCases) {
    const std::vector<MadeTerm> terms = made_terms(of, 4);
    const Weights weights(of);
    const Matrix parts = mean_of_scores(of, terms);
    const Vector squares = squares_of(of, weights, parts);
    for (const std::uint32_t rank : {1u, 2u, 5u, 11u}) {
      if (rank >= of.rank * of.terms || rank >= squares.size()) continue;
      BOOST_TEST_CONTEXT("users " << of.users.points << " rank " << rank) {
        const MeanOfModels::Model model = average(of, weights, terms, of.rank * of.terms, rank);
        BOOST_TEST(model.rank == rank);
        const double tail = squares.tail(squares.size() - rank).sum();
        const Matrix off = weighted_interactions(of, weights, parts - scores_of(of, model));
        // Rows that do not count have next to none of the weight of a row.
        const double tolerance = 1e-4 * squares.sum();
        BOOST_TEST(std::abs(off.squaredNorm() - tail) < tolerance);
        BOOST_TEST(std::abs(model.dropped - tail / squares.sum()) < 1e-4);
        // Mean and biases are not of lower rank: average points score as they did.
        const Vector of_users = shares_of(weights.users), of_items = shares_of(weights.items);
        const Matrix error =
            (parts - scores_of(of, model)).topLeftCorner(of.users.points, of.items.points);
        BOOST_TEST(largest(of_users.transpose() * error) < 1e-5 * largest(parts));
        BOOST_TEST(largest(error * of_items) < 1e-5 * largest(parts));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_least_rank_that_keeps_a_share_is_taken) {
  const TermsCase& of = kCases[6];
  const std::vector<MadeTerm> terms = made_terms(of, 5);
  const Weights weights(of);
  const Vector squares = squares_of(of, weights, mean_of_scores(of, terms));
  for (const double share : {0.3, 0.6, 0.9, 0.99}) {
    for (const std::uint32_t most : {2u, 7u, 200u}) {
      std::uint32_t expected = 1;
      while (squares.head(expected).sum() < share * squares.sum()) ++expected;
      const MeanOfModels::Model model = Averaging()(of, weights, terms, 100, most, share);
      BOOST_TEST(model.rank == std::min(expected, most));
    }
  }
}

BOOST_AUTO_TEST_CASE(factors_are_centred_balanced_in_order_and_of_fixed_sign) {
  const Averaging average;
  for (const TermsCase& of : kCases) {
    const std::vector<MadeTerm> terms = made_terms(of, 6);
    const Weights weights(of);
    const MeanOfModels::Model model = average(of, weights, terms, of.rank * of.terms, 6);
    const Vector values = squares_of(of, weights, mean_of_scores(of, terms)).cwiseSqrt();
    const Vector of_users = shares_of(weights.users), of_items = shares_of(weights.items);
    const Matrix p = dense_rows(rows_of(model, model.users)).topRows(of.users.points);
    const Matrix q = dense_rows(rows_of(model, model.items)).topRows(of.items.points);
    BOOST_TEST_CONTEXT("users " << of.users.points << " rank " << of.rank) {
      BOOST_TEST(largest(of_users.transpose() * p) < 1e-5);
      BOOST_TEST(largest(of_items.transpose() * q) < 1e-5);
      for (std::uint32_t f = 0; f < std::min<Eigen::Index>(model.rank, values.size()); ++f) {
        const double tolerance = 1e-4 * (values(0) + 1e-6);
        BOOST_TEST(std::abs(of_users.dot(p.col(f).cwiseAbs2()) - values(f)) < tolerance);
        BOOST_TEST(std::abs(of_items.dot(q.col(f).cwiseAbs2()) - values(f)) < tolerance);
        Eigen::Index row = 0;
        q.col(f).cwiseAbs().maxCoeff(&row);
        BOOST_TEST(q(row, f) >= 0.0);
      }
    }
  }
}

// Of equal models, however they are turned, nothing is lost, though columns are cut again and again
// and most of their Gram matrix is rounding.
BOOST_AUTO_TEST_CASE(equal_models_need_no_more_than_their_rank) {
  for (const TermsCase& of : kCases) {
    const MadeTerm one = made_term(of, 7);
    const Matrix expected = mean_of_scores(of, made_terms({of.users, of.items, of.rank, 1}, 7));
    Random random(8);
    std::vector<MadeTerm> terms;
    for (int t = 0; t < 30; ++t) {
      MadeTerm turned = made_term(of, 7);
      // Columns change places, and lengths go from one side to the other.
      for (std::uint32_t f = 0; f < of.rank; ++f) {
        const auto length = static_cast<float>(std::pow(10.0, 3.0 * random.normal()));
        const std::uint32_t from = (f + static_cast<std::uint32_t>(t)) % of.rank;
        for (std::uint32_t u = 0; u < of.users.rows(); ++u) {
          turned.users.at(u, f) = length * one.users.factors[u * row_stride(of.rank) + from];
        }
        for (std::uint32_t i = 0; i < of.items.rows(); ++i) {
          turned.items.at(i, f) = one.items.factors[i * row_stride(of.rank) + from] / length;
        }
      }
      terms.push_back(std::move(turned));
    }
    const MeanOfModels::Model model = Averaging()(of, Weights(of), terms, of.rank, of.rank);
    BOOST_TEST_CONTEXT("users " << of.users.points << " rank " << of.rank) {
      BOOST_TEST(largest(scores_of(of, model) - expected) < 1e-4 * largest(expected));
      BOOST_TEST(model.dropped < 1e-6);
    }
  }
}

// What models have in common is kept though their columns never fit at once.
BOOST_AUTO_TEST_CASE(a_stream_of_samples_keeps_what_they_have_in_common) {
  const TermsCase of{{120, 2}, {90, 3}, 4, 40};
  const Weights weights(of);
  const MadeTerm common = made_term(of, 9);
  Random random(10);
  std::vector<MadeTerm> terms = made_terms(of, 11);
  for (MadeTerm& term : terms) {
    for (const bool users : {true, false}) {
      MadeSide& side = users ? term.users : term.items;
      const MadeSide& from = users ? common.users : common.items;
      for (std::size_t at = 0; at < side.factors.size(); ++at) {
        const double noise = at % row_stride(of.rank) < of.rank ? 0.3 * random.normal() : 0.0;
        side.factors[at] = from.factors[at] + static_cast<float>(noise);
      }
    }
  }
  const Matrix parts = mean_of_scores(of, terms);
  const Vector squares = squares_of(of, weights, parts);
  for (const std::uint32_t kept : {12u, 24u}) {
    for (const std::uint32_t rank : {4u, 8u}) {
      const MeanOfModels::Model model = Averaging()(of, weights, terms, kept, rank);
      const Matrix off = weighted_interactions(of, weights, parts - scores_of(of, model));
      const double best = squares.tail(squares.size() - rank).sum();
      BOOST_TEST_CONTEXT("kept " << kept << " rank " << rank) {
        BOOST_TEST(off.squaredNorm() < 1.1 * best);
        BOOST_TEST(std::abs(model.dropped * squares.sum() - best) < 0.5 * best);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_same_bytes_for_any_number_of_threads) {
  const TermsCase of{{700, 20}, {450, 5}, 9, 7};
  const std::vector<MadeTerm> terms = made_terms(of, 12);
  const MeanOfModels::Model one = Averaging(1)(of, Weights(of), terms, 16, 10);
  for (const int threads : {2, 3, 16}) {
    const MeanOfModels::Model other = Averaging(threads)(of, Weights(of), terms, 16, 10);
    BOOST_TEST(one.mean == other.mean);
    BOOST_TEST(one.dropped == other.dropped);
    BOOST_TEST(same_bits(one.users, other.users));
    BOOST_TEST(same_bits(one.items, other.items));
  }
}

BOOST_AUTO_TEST_CASE(weights_of_0_are_equal_weights) {
  for (const TermsCase& of : kCases) {
    const std::vector<MadeTerm> terms = made_terms(of, 13);
    const std::uint32_t users = of.users.points, items = of.items.points;
    const MeanOfModels::Model none = Averaging()(of, {users, items, 0.0f}, terms, 32, 4);
    const MeanOfModels::Model equal = Averaging()(of, {users, items, 8.0f}, terms, 32, 4);
    BOOST_TEST(none.dropped == equal.dropped);
    BOOST_TEST(same_bits(none.users, equal.users));
    BOOST_TEST(same_bits(none.items, equal.items));
  }
}

// Without weight, but alone in a direction: no room is lost on others.
BOOST_AUTO_TEST_CASE(a_rank_to_spare_keeps_points_without_weight_and_directions) {
  const TermsCase of{{20, 3}, {15, 2}, 3, 1};
  const std::vector<MadeTerm> terms = made_terms(of, 14);
  Weights weights(20, 15, 0.0f);
  weights.users[4] = weights.items[2] = weights.items[9] = 7.0f;
  const Matrix expected = mean_of_scores(of, terms);
  const MeanOfModels::Model model = Averaging()(of, weights, terms, 3, 3);
  BOOST_TEST(largest(scores_of(of, model) - expected) < 1e-4 * largest(expected));
}

// Models of p.q alone stay such.
BOOST_AUTO_TEST_CASE(what_is_not_centred_has_no_mean_and_no_biases_unless_terms_have) {
  const Workers workers(2);
  for (const TermsCase& of : kCases) {
    for (const bool biased : {true, false}) {
      std::vector<MadeTerm> terms = made_terms(of, 17);
      MeanOfModels mean({Weights(of).users, of.users.directions},
                        {Weights(of).items, of.items.directions}, of.rank * of.terms,
                        find_kernels("auto"), /*centred=*/false);
      double sum = 0.0;
      for (MadeTerm& term : terms) {
        if (!biased) {
          term.mean = 0.0f;
          std::ranges::fill(term.users.biases, 0.0f);
          std::ranges::fill(term.items.biases, 0.0f);
        }
        sum += double{term.mean};
        mean.add(term.term(), workers);
      }
      const MeanOfModels::Model model = mean.finish(1000, 1.0, workers);
      const Matrix expected = mean_of_scores(of, terms);
      BOOST_TEST(largest(scores_of(of, model) - expected) < 1e-5 * largest(expected));
      BOOST_TEST(model.mean == static_cast<float>(sum / of.terms));
      if (!biased) {
        BOOST_TEST(std::ranges::count(model.users.biases, 0.0f) == of.users.rows());
        BOOST_TEST(std::ranges::count(model.items.biases, 0.0f) == of.items.rows());
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(factors_of_0_leave_mean_and_biases) {
  for (const TermsCase& of : kCases) {
    for (const int zero : {0, 1, 2}) {  // users, items, both
      std::vector<MadeTerm> terms = made_terms(of, 15);
      for (MadeTerm& term : terms) {
        if (zero != 1) std::ranges::fill(term.users.factors, 0.0f);
        if (zero != 0) std::ranges::fill(term.items.factors, 0.0f);
      }
      const Matrix expected = mean_of_scores(of, terms);
      const MeanOfModels::Model model = Averaging()(of, Weights(of), terms, 2, 5);
      BOOST_TEST(model.rank == 1u);
      BOOST_TEST(model.dropped == 0.0);
      BOOST_TEST(largest(scores_of(of, model) - expected) < 1e-5 * largest(expected));
    }
  }
}

BOOST_AUTO_TEST_CASE(more_terms_may_follow_a_result) {
  const TermsCase& of = kCases[6];
  const std::vector<MadeTerm> terms = made_terms(of, 16);
  const Weights weights(of);
  const Workers workers(2);
  MeanOfModels mean({weights.users, of.users.directions}, {weights.items, of.items.directions}, 10,
                    find_kernels("auto"));
  for (const MadeTerm& term : terms) {
    mean.add(term.term(), workers);
    mean.finish(5, 1.0, workers);
  }
  const MeanOfModels::Model looked_at = mean.finish(7, 1.0, workers);
  const MeanOfModels::Model at_once = Averaging()(of, weights, terms, 10, 7);
  BOOST_TEST(same_bits(looked_at.users, at_once.users));
  BOOST_TEST(same_bits(looked_at.items, at_once.items));
}

BOOST_AUTO_TEST_SUITE_END()
