// SPDX-License-Identifier: MIT
//
// X: the rated rows, and a column of ones where there are biases; y: targets; a and b: the
// penalties of factors and bias; D: the diagonal matrix of a, ..., a, b.
#include "fold_in/updatable_ridge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mfpar {

namespace {

// What solutions may be off, relative to their length, before the equations are set up anew ...
constexpr double kMaxRounding = 1e-9;

// ... unless equations as hard as these are off by as much a few steps after they were set up.
constexpr double kMaxSteps = 64.0;

}  // namespace

void Rounding::step(double change) noexcept {
  moved_ += std::max(held_, held_ + change);
  held_ += change;
}

double Rounding::gathered() const noexcept {
  return std::numeric_limits<double>::epsilon() * moved_;
}

UpdatableRidge::UpdatableRidge(const FixedRows& fixed)
    : equations_(fixed), x_(static_cast<Eigen::Index>(fixed.unknowns())) {
  if (fixed.has_bias) x_[fixed.rank] = 1.0;
}

void UpdatableRidge::set_up(std::span<const std::uint32_t> indices, std::span<const double> targets,
                            std::span<const double> weights, const RidgePenalty& penalty,
                            const Eigen::VectorXd& added) {
  ++set_ups_;
  equations_.start(indices);
  equations_.set_primal(targets, weights);
  square_length_ = equations_.square_length();
  count_ = static_cast<double>(indices.size());
  penalty_ = penalty.solvable(square_length_, count_);
  raised_ = penalty_.factors > penalty.factors || penalty_.bias > penalty.bias;
  equations_.add_penalty(penalty_);
  if (added.size() > 0) equations_.matrix().diagonal() += added;
  factor_.compute(equations_.matrix());
  right_side_ = equations_.right_side();
  matrix_rounding_.start(matrix_size(square_length_, count_));
  double right_side_size = 0.0;
  for (std::size_t s = 0; s < indices.size(); ++s) {
    load_row(indices[s]);
    right_side_size += x_.norm() * std::abs(targets[s]);
  }
  right_side_rounding_.start(right_side_size);
}

bool UpdatableRidge::add(std::uint32_t index, double target) { return step(index, target, 1.0); }

// A penalty that was raised beside a long row goes down again with it.
bool UpdatableRidge::remove(std::uint32_t index, double target) {
  return !raised_ && step(index, target, -1.0);
}

bool UpdatableRidge::change(std::uint32_t index, double before, double after) {
  load_row(index);
  right_side_ += (after - before) * x_;
  right_side_rounding_.step(x_.norm() * std::abs(after));
  right_side_rounding_.step(x_.norm() * -std::abs(before));
  return accurate();
}

bool UpdatableRidge::step(std::uint32_t index, double target, double sign) {
  load_row(index);
  const double square = x_.head(fixed().rank).squaredNorm();
  square_length_ += sign * square;
  count_ += sign;
  matrix_rounding_.step(sign * matrix_size(square, 1.0));
  right_side_rounding_.step(sign * x_.norm() * std::abs(target));
  const RidgePenalty solvable = penalty_.solvable(square_length_, count_);
  if (solvable.factors > penalty_.factors || solvable.bias > penalty_.bias) return false;
  if (!accurate()) return false;
  right_side_ += sign * target * x_;
  factor_.rankUpdate(x_, sign);
  return factor_.info() == Eigen::Success;
}

const Eigen::VectorXd& UpdatableRidge::solve() {
  solution_ = right_side_;
  factor_.solveInPlace(solution_);
  return solution_;
}

void UpdatableRidge::load_row(std::uint32_t index) {
  x_.head(fixed().rank) =
      Eigen::Map<const Eigen::VectorXf>(fixed().row(index), fixed().rank).cast<double>();
}

// The trace of D^-1/2 X'X D^-1/2: no eigenvalue of that is larger, and those of I beside it are 1.
double UpdatableRidge::matrix_size(double square_length, double count) const noexcept {
  return square_length / penalty_.factors + (fixed().has_bias ? count / penalty_.bias : 0.0);
}

// X'X + D may be off by what was gathered: where nothing but D holds the solution, that is off by
// as much of itself. X'y may be off by as much of its terms.
bool UpdatableRidge::accurate() const noexcept {
  constexpr double kUnit = std::numeric_limits<double>::epsilon();
  const double harder = kMaxSteps * kUnit * (1.0 + matrix_rounding_.held());
  return matrix_rounding_.gathered() <= std::max(kMaxRounding, harder) &&
         right_side_rounding_.gathered() <= kMaxRounding * right_side_rounding_.held();
}

}  // namespace mfpar
