// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <cstdint>
#include <span>

#include "mfpar/fold_in.hpp"
#include "serve/fixed_side.hpp"
#include "serve/ridge_equations.hpp"
#include "serve/ridge_penalty.hpp"

namespace mfpar {

/// How much rounding a sum has gathered that terms are added to and taken from, beside what it would
/// have if the terms it holds were added up anew.
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

/// The ridge regression of one row whose ratings come and go: the Cholesky factor of X'X + D and X'y.
/// `const` calls are safe from many threads.
class UpdatableRidge {
 public:
  explicit UpdatableRidge(const FixedSide& side);

  /// Starts from these ratings, in O(ratings rank^2 + rank^3).
  void set_up(std::span<const FoldInRating> ratings, const RidgePenalty& penalty);

  /// Takes or gives up a rating by a rank-one update or downdate, or changes its value, in O(rank^2).
  /// False when too much accuracy is lost; then the equations are to be set up anew before anything
  /// else. REQUIRES: remove() and change() name a rating that is held.
  [[nodiscard]] bool add(const FoldInRating& rating);
  [[nodiscard]] bool remove(const FoldInRating& rating);
  [[nodiscard]] bool change(const FoldInRating& rating, float value);

  /// The factors, and the bias after them where there are biases.
  const Eigen::VectorXd& solve();

  /// (X'X + D)^-1 v.
  Eigen::VectorXd solve(const Eigen::VectorXd& v) const { return factor_.solve(v); }

  /// As it is used, see RidgePenalty::solvable.
  const RidgePenalty& penalty() const noexcept { return penalty_; }

  /// How many times set_up() was called.
  std::uint64_t set_ups() const noexcept { return set_ups_; }

 private:
  bool move(const FoldInRating& rating, double sign);
  void load_row(std::uint32_t index);
  double matrix_size(double square_length, double count) const noexcept;
  bool accurate() const noexcept;

  const FixedSide side_;
  RidgeEquations equations_;
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
