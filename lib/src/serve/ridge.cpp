// SPDX-License-Identifier: MIT
//
// Q: the rated rows; X: Q, and a column of ones where there are biases; y: targets; a and b: the
// penalties of factors and bias; D: the diagonal matrix of a, ..., a, b.
#include "serve/ridge.hpp"

#include <cmath>
#include <limits>

#include "mfpar/error.hpp"

namespace mfpar {

namespace {

// The dual holds n / b in the same matrix as the rows: with a bias that is all but free they would
// be lost beside it. The primal does not care how columns are scaled.
constexpr double kMostBiasInDual = 1e8;

}  // namespace

const Eigen::VectorXd& Ridge::solve(std::span<const FoldInRating> ratings, RidgePenalty& penalty) {
  const bool free_bias =
      side_.has_biases && static_cast<double>(ratings.size()) > kMostBiasInDual * penalty.bias;
  return ratings.size() < side_.unknowns() && !free_bias ? solve_dual(ratings, penalty)
                                                         : solve_primal(ratings, penalty);
}

// (X'X + D) w = X'y
const Eigen::VectorXd& Ridge::solve_primal(std::span<const FoldInRating> ratings,
                                           RidgePenalty& penalty) {
  equations_.set_primal(ratings);
  penalty = penalty.solvable(equations_.square_length(), ratings.size());
  RidgeEquations::Matrix matrix = equations_.matrix();
  add_penalty(matrix, penalty, side_);
  equations_.solve();
  solution_ = equations_.right_side();
  return solution_;
}

// (QQ' + a/b 11' + a I) v = y; p = Q'v, and the bias is a/b 1'v.
const Eigen::VectorXd& Ridge::solve_dual(std::span<const FoldInRating> ratings,
                                         RidgePenalty& penalty) {
  equations_.set_dual(ratings);
  penalty = penalty.solvable(equations_.square_length(), ratings.size());
  const double bias_share = side_.has_biases ? penalty.factors / penalty.bias : 0.0;
  RidgeEquations::Matrix matrix = equations_.matrix();
  matrix.array() += bias_share;
  matrix.diagonal().array() += penalty.factors;
  equations_.solve();
  const Eigen::VectorXd& dual = equations_.right_side();
  solution_.setZero(static_cast<Eigen::Index>(side_.unknowns()));
  for (std::size_t s = 0; s < ratings.size(); ++s) {
    const Eigen::Map<const Eigen::VectorXf> q(side_.row(ratings[s].index), side_.rank);
    solution_.head(side_.rank) += dual[static_cast<Eigen::Index>(s)] * q.cast<double>();
  }
  if (side_.has_biases) solution_[side_.rank] = bias_share * dual.sum();
  return solution_;
}

void store_solution(const Eigen::VectorXd& coefficients, const RidgePenalty& penalty,
                    const FixedSide& side, FoldedIn& row) {
  constexpr double kMost = std::numeric_limits<float>::max();
  if (!(coefficients.array().abs() <= kMost).all()) {  // so that NaN counts, too
    throw Error(
        ErrorCode::kBadData,
        "the factors that explain these ratings are beyond single precision; ratings on the "
        "scale of the model's, and a model of finite factors, were expected");
  }
  row.factors.resize(side.rank);
  Eigen::Map<Eigen::VectorXf>(row.factors.data(), side.rank) =
      coefficients.head(side.rank).cast<float>();
  row.bias = side.has_biases ? static_cast<float>(coefficients[side.rank]) : 0.0f;
  row.alpha = penalty.factors;
  row.bias_alpha = penalty.bias;
}

}  // namespace mfpar
