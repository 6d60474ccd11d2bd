// SPDX-License-Identifier: MIT
//
// With A = X'WX + D, b = X'Wy and u the row itself, origin and change, what is minimised is
//
//   u'Au - 2 (b + A origin).u + l1.|u|, and no factor below 0 where that is asked for.
#include "fold_in/constrained_row.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

namespace mfpar {

namespace {

constexpr int kSweepsAtOnce = 5, kMostRounds = 2000;
constexpr double kPrecision = 1e-13;

struct Quadratic {
  Eigen::MatrixXd matrix;
  Eigen::VectorXd right_side;
  Eigen::VectorXd thresholds;  ///< halves of what magnitudes cost
  Eigen::Index factors = 0;    ///< the first unknowns
  bool nonnegative = false;

  bool is_bounded(Eigen::Index j) const { return nonnegative && j < factors; }

  /// The best u_j where `pull` is A_jj times the one without magnitudes and bounds.
  double best(Eigen::Index j, double pull) const {
    if (is_bounded(j)) return std::max(pull - thresholds[j], 0.0) / matrix(j, j);
    return std::copysign(std::max(std::abs(pull) - thresholds[j], 0.0), pull) / matrix(j, j);
  }
};

/// Improves one unknown after the other. `left` is right_side - matrix u. The largest change, as a
/// share of the largest unknown.
double sweep(const Quadratic& problem, Eigen::VectorXd& u, Eigen::VectorXd& left) {
  double change = 0.0;
  for (Eigen::Index j = 0; j < u.size(); ++j) {
    const double best = problem.best(j, left[j] + problem.matrix(j, j) * u[j]);
    const double move = best - u[j];
    if (move == 0.0) continue;
    left -= move * problem.matrix.col(j);
    u[j] = best;
    change = std::max(change, std::abs(move));
  }
  return change / std::max(u.cwiseAbs().maxCoeff(), 1e-300);
}

/// Solves for the unknowns that are not zero in `u`, as long as they keep their signs. Whether that
/// is the minimum; only then `u` becomes it.
bool polish(const Quadratic& problem, Eigen::VectorXd& u) {
  std::vector<Eigen::Index> support;
  for (Eigen::Index j = 0; j < u.size(); ++j) {
    if (u[j] != 0.0) support.push_back(j);
  }
  Eigen::VectorXd solved = Eigen::VectorXd::Zero(u.size());
  if (!support.empty()) {
    const Eigen::MatrixXd matrix = problem.matrix(support, support);
    Eigen::VectorXd right_side = problem.right_side(support);
    for (std::size_t k = 0; k < support.size(); ++k) {
      const double sign = std::copysign(1.0, u[support[k]]);
      right_side[static_cast<Eigen::Index>(k)] -= sign * problem.thresholds[support[k]];
    }
    const Eigen::VectorXd inner = matrix.llt().solve(right_side);
    for (std::size_t k = 0; k < support.size(); ++k) {
      const double value = inner[static_cast<Eigen::Index>(k)];
      if (!(value * u[support[k]] > 0.0)) return false;
      solved[support[k]] = value;
    }
  }
  const Eigen::VectorXd left = problem.right_side - problem.matrix * solved;
  const double least = kPrecision * problem.right_side.cwiseAbs().maxCoeff();
  for (Eigen::Index j = 0; j < u.size(); ++j) {
    if (solved[j] != 0.0) continue;
    const double pull = problem.is_bounded(j) ? left[j] : std::abs(left[j]);
    if (pull > problem.thresholds[j] + least) return false;
  }
  u = solved;
  return true;
}

}  // namespace

double RowHold::cost(const Eigen::VectorXd& change, const FixedRows& fixed) const {
  if (l1_factors == 0.0 && l1_bias == 0.0) return 0.0;
  const Eigen::VectorXd row = origin.size() == 0 ? change : change + origin;
  return l1_factors * row.head(fixed.rank).lpNorm<1>() +
         (fixed.has_bias ? l1_bias * std::abs(row[fixed.rank]) : 0.0);
}

RowHold hold_of(const FactorModel& model, Entity joining, std::size_t count) {
  const RowConstraints& constraints = model.parts().constraints;
  const RowConstraints::Magnitudes& l1 =
      joining == Entity::kUser ? constraints.l1_users : constraints.l1_items;
  const double share = std::pow(static_cast<double>(std::max<std::size_t>(1, count)),
                                1.0 - double{model.parts().fold_in.exponent});
  return {.nonnegative = constraints.nonnegative,
          .l1_factors = double{l1.factors} * share,
          .l1_bias = double{l1.biases} * share};
}

void solve_constrained(NormalEquations& equations, std::span<const double> targets,
                       std::span<const double> weights, RidgePenalty& penalty, const RowHold& hold,
                       Eigen::VectorXd& row) {
  const FixedRows& fixed = equations.fixed();
  equations.set_primal(targets, weights);
  double total_weight = static_cast<double>(targets.size());
  if (!weights.empty()) {
    total_weight = 0.0;
    for (const double weight : weights) total_weight += weight;
  }
  penalty = penalty.solvable(equations.square_length(), total_weight);
  equations.add_penalty(penalty);
  const auto size = static_cast<Eigen::Index>(fixed.unknowns());
  const Eigen::Index rank = fixed.rank;
  Quadratic problem{.matrix = equations.matrix().selfadjointView<Eigen::Lower>(),
                    .right_side = equations.right_side(),
                    .thresholds = Eigen::VectorXd::Constant(size, hold.l1_factors / 2.0),
                    .factors = rank,
                    .nonnegative = hold.nonnegative};
  if (fixed.has_bias) problem.thresholds[rank] = hold.l1_bias / 2.0;
  const bool changes = hold.origin.size() > 0;
  if (changes) problem.right_side += problem.matrix * hold.origin;
  Eigen::VectorXd u = row.size() == size ? row : Eigen::VectorXd::Zero(size);
  if (changes) u += hold.origin;
  if (hold.nonnegative) u.head(rank) = u.head(rank).cwiseMax(0.0);
  Eigen::VectorXd left = problem.right_side - problem.matrix * u;
  for (int round = 0; round < kMostRounds; ++round) {
    double change = 0.0;
    for (int k = 0; k < kSweepsAtOnce; ++k) change = sweep(problem, u, left);
    if (change < kPrecision || polish(problem, u)) break;
  }
  row = changes ? Eigen::VectorXd(u - hold.origin) : u;
}

Eigen::VectorXd equivalent_ridge(const Eigen::VectorXd& row, const RowHold& hold,
                                 const FixedRows& fixed, const RidgePenalty& penalty) {
  constexpr double kWall = 1e12;
  Eigen::VectorXd added = Eigen::VectorXd::Zero(row.size());
  for (Eigen::Index j = 0; j < row.size(); ++j) {
    const bool is_factor = j < static_cast<Eigen::Index>(fixed.rank);
    const double l1 = is_factor ? hold.l1_factors : hold.l1_bias;
    if (row[j] != 0.0) {
      added[j] = l1 / (2.0 * std::abs(row[j]));
    } else if (l1 > 0.0 || (is_factor && hold.nonnegative)) {
      added[j] = kWall * std::max(1.0, is_factor ? penalty.factors : penalty.bias);
    }
  }
  return added;
}

}  // namespace mfpar
