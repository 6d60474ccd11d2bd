// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "compute/normal_equations.hpp"
#include "mfpar/factor_model.hpp"

namespace mfpar {

/// What a fitted row is held to beside a RidgePenalty (see RowConstraints).
struct RowHold {
  bool nonnegative = false;  ///< the factors
  double l1_factors = 0.0;
  double l1_bias = 0.0;

  /// What is fitted is the change of this row, to which the constraints then are; empty: of zeros.
  Eigen::VectorXd origin = {};

  bool any() const noexcept { return nonnegative || l1_factors > 0.0 || l1_bias > 0.0; }

  /// l1_factors |p|_1 + l1_bias |b| of the row `change` from the origin.
  double cost(const Eigen::VectorXd& change, const FixedRows& fixed) const;
};

/// What `model` holds a row of `joining` with `count` ratings to.
RowHold hold_of(const FactorModel& model, Entity joining, std::size_t count);

/// The minimum of NormalEquations::solve() under `hold`, beside whose magnitudes the squares count:
/// coordinate descent (Franc, Hlavac and Navara, "Sequential coordinate-wise algorithm for the
/// non-negative least squares problem", 2005; Friedman, Hastie and Tibshirani, "Regularization
/// paths for generalized linear models via coordinate descent", 2010) finds what is not zero, and
/// Cholesky solves for that exactly. `row` is where it begins, and becomes the minimum. `penalty`
/// comes back as it was used.
void solve_constrained(NormalEquations& equations, std::span<const double> targets,
                       std::span<const double> weights, RidgePenalty& penalty, const RowHold& hold,
                       Eigen::VectorXd& row);

/// What to add to each unknown's ridge penalty so that the ridge regression alone has the minimum
/// `row`: the curvature of magnitudes about it, and so much where it is zero that it stays there.
Eigen::VectorXd equivalent_ridge(const Eigen::VectorXd& row, const RowHold& hold,
                                 const FixedRows& fixed, const RidgePenalty& penalty);

}  // namespace mfpar
