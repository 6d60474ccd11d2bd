// SPDX-License-Identifier: MIT
//
// The error that ridge regression makes for a rating when it is fitted to the others is
// e / (1 - h), e its error with all ratings and h its leverage, the diagonal of
// X (X'X + a I)^-1 X' (Allen 1974). One eigendecomposition serves every a. The column of ones is
// scaled by sqrt(a / b), so that the bias has the penalty a as the factors have, and the ratio a /
// b is that of the base.
#include "fold_in/leave_one_out.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "compute/symmetric_eigen.hpp"

namespace mfpar {

namespace {

constexpr int kDoublings = 5;  // up and down
constexpr std::size_t kMultiples = 2 * kDoublings + 1;

/// For each multiple of the penalty, the sum of squared errors of left-out ratings.
using Sums = std::array<double, kMultiples>;

double multiple(std::size_t m) { return std::ldexp(1.0, static_cast<int>(m) - kDoublings); }

/// Rounding takes eigenvalues of zero a little below.
Eigen::ArrayXd eigenvalues_of(const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>& eigen) {
  return eigen.eigenvalues().array().max(0.0);
}

// With XX' = U S U', e = a U (S + a)^-1 U'y and 1 - h = a diag(U (S + a)^-1 U'): a cancels.
Sums dual_sums(NormalEquations& equations, std::span<const double> targets, double a,
               double bias_share) {
  equations.set_dual(targets);
  NormalEquations::Matrix gram = equations.matrix();
  gram.array() += bias_share;
  const auto eigen = symmetric_eigen(gram);
  const Eigen::ArrayXd values = eigenvalues_of(eigen);
  const Eigen::MatrixXd& vectors = eigen.eigenvectors();
  const Eigen::VectorXd rotated = vectors.transpose() * equations.right_side();
  const Eigen::MatrixXd squares = vectors.array().square().matrix();
  Sums sums{};
  for (std::size_t m = 0; m < kMultiples; ++m) {
    const Eigen::VectorXd inverse = (values + a * multiple(m)).inverse().matrix();
    const Eigen::VectorXd errors = vectors * inverse.cwiseProduct(rotated);
    const Eigen::VectorXd rest = squares * inverse;  // of each rating, 1 - h
    sums[m] = (errors.array() / rest.array()).square().sum();
  }
  return sums;
}

// With X'X = V S V' and T = XV, e = y - T (S + a)^-1 T'y and h = diag(T (S + a)^-1 T').
Sums primal_sums(NormalEquations& equations, std::span<const double> targets, double a,
                 double bias_share) {
  const FixedRows& fixed = equations.fixed();
  const Eigen::Index rank = fixed.rank, size = static_cast<Eigen::Index>(fixed.unknowns());
  const double one = std::sqrt(bias_share);  // what stands in the scaled column of ones
  equations.set_primal(targets);
  NormalEquations::Matrix gram = equations.matrix();
  Eigen::VectorXd right_side = equations.right_side();
  if (fixed.has_bias) {
    gram.row(rank) *= one;
    gram(rank, rank) *= one;
    right_side[rank] *= one;
  }
  const auto eigen = symmetric_eigen(gram);
  const Eigen::ArrayXd values = eigenvalues_of(eigen);
  const Eigen::MatrixXd& vectors = eigen.eigenvectors();
  const Eigen::ArrayXd rotated = (vectors.transpose() * right_side).array();
  Eigen::ArrayXXd inverses(size, static_cast<Eigen::Index>(kMultiples));
  for (std::size_t m = 0; m < kMultiples; ++m) {
    inverses.col(static_cast<Eigen::Index>(m)) = (values + a * multiple(m)).inverse();
  }

  constexpr std::size_t kAtOnce = 64;  // rows, so that many ratings take no more memory than few
  Eigen::MatrixXd x(size, static_cast<Eigen::Index>(kAtOnce));
  Eigen::ArrayXXd t(size, static_cast<Eigen::Index>(kAtOnce));
  if (fixed.has_bias) x.row(rank).setConstant(one);
  Sums sums{};
  for (std::size_t first = 0; first < targets.size(); first += kAtOnce) {
    const auto count = static_cast<Eigen::Index>(std::min(kAtOnce, targets.size() - first));
    for (Eigen::Index s = 0; s < count; ++s) {
      const float* const q = fixed.row(equations.indices()[first + static_cast<std::size_t>(s)]);
      x.col(s).head(rank) = Eigen::Map<const Eigen::VectorXf>(q, rank).cast<double>();
    }
    t.leftCols(count).matrix().noalias() = vectors.transpose() * x.leftCols(count);
    for (Eigen::Index s = 0; s < count; ++s) {
      const double y = targets[first + static_cast<std::size_t>(s)];
      for (std::size_t m = 0; m < kMultiples; ++m) {
        const auto inverse = inverses.col(static_cast<Eigen::Index>(m));
        const double error = y - (t.col(s) * inverse * rotated).sum();
        const double leverage = (t.col(s).square() * inverse).sum();
        const double e = error / std::max(1.0 - leverage, 1e-12);
        sums[m] += e * e;
      }
    }
  }
  return sums;
}

}  // namespace

double choose_penalty(NormalEquations& equations, std::span<const double> targets,
                      RidgePenalty& penalty) {
  const FixedRows& fixed = equations.fixed();
  const double bias_share = fixed.has_bias ? penalty.factors / penalty.bias : 0.0;
  const Sums sums = targets.size() < fixed.unknowns()
                        ? dual_sums(equations, targets, penalty.factors, bias_share)
                        : primal_sums(equations, targets, penalty.factors, bias_share);
  const auto best = std::min_element(sums.rbegin(), sums.rend());
  const auto m = static_cast<std::size_t>(sums.rend() - best) - 1;
  penalty = penalty * multiple(m);
  return *best / static_cast<double>(targets.size());
}

}  // namespace mfpar
