// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <cstdint>
#include <span>

#include "compute/normal_equations.hpp"

namespace mfpar {

/// How much rounding a sum has gathered that terms are added to and taken from, beside what it
/// would have if the terms it holds were added up anew.
class Rounding {
 public:
  void start(double held) noexcept { held_ = moved_ = held; }

  /// A term of this magnitude comes (above 0) or goes (below 0).
  void step(double change) noexcept;

  /// The unit of rounding, times the magnitudes of all states since start().
  double gathered() const noexcept;
  double held() const noexcept { return held_; }

 private:
  double held_ = 0.0;
  double moved_ = 0.0;
};

/// The ridge regression of one row whose ratings come and go: the Cholesky factor of X'X + D and
/// X'y. A rating is the index of its fixed row, and its target. `const` calls are safe from many
/// threads.
class UpdatableRidge {
 public:
  explicit UpdatableRidge(const FixedRows& fixed);

  /// Starts from these ratings, in O(ratings rank^2 + rank^3). No weights are 1 each; with others
  /// no rating can come, go or change, nor where something is `added` to each unknown's penalty.
  void set_up(std::span<const std::uint32_t> indices, std::span<const double> targets,
              std::span<const double> weights, const RidgePenalty& penalty,
              const Eigen::VectorXd& added = {});

  /// Takes or gives up a rating by a rank-one update or downdate, or changes its target, in
  /// O(rank^2). False when too much accuracy is lost; then the equations are to be set up anew
  /// before anything else. REQUIRES: remove() and change() name a rating that is held.
  [[nodiscard]] bool add(std::uint32_t index, double target);
  [[nodiscard]] bool remove(std::uint32_t index, double target);
  [[nodiscard]] bool change(std::uint32_t index, double before, double after);

  /// The factors, and the bias after them where there are biases.
  const Eigen::VectorXd& solve();

  /// (X'X + D)^-1 v.
  Eigen::VectorXd solve(const Eigen::VectorXd& v) const { return factor_.solve(v); }

  /// That of X'X + D.
  const Eigen::LLT<Eigen::MatrixXd>& factor() const noexcept { return factor_; }

  /// As it is used, see RidgePenalty::solvable.
  const RidgePenalty& penalty() const noexcept { return penalty_; }

  const FixedRows& fixed() const noexcept { return equations_.fixed(); }

  /// How many times set_up() was called.
  std::uint64_t set_ups() const noexcept { return set_ups_; }

 private:
  bool step(std::uint32_t index, double target, double sign);
  void load_row(std::uint32_t index);
  double matrix_size(double square_length, double count) const noexcept;
  bool accurate() const noexcept;

  NormalEquations equations_;
  RidgePenalty penalty_;
  bool raised_ = false;  ///< penalty_ is more than was asked for
  Eigen::LLT<Eigen::MatrixXd> factor_;
  Eigen::VectorXd right_side_;  ///< X'y
  Eigen::VectorXd solution_;
  Eigen::VectorXd x_;  ///< a row of X
  double square_length_ = 0.0;
  double count_ = 0.0;
  Rounding matrix_rounding_;  ///< of X'X + D, in multiples of D
  Rounding right_side_rounding_;
  std::uint64_t set_ups_ = 0;
};

}  // namespace mfpar
