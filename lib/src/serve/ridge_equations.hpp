// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>

#include "base/aligned_buffer.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "mfpar/fold_in.hpp"
#include "serve/fixed_side.hpp"

namespace mfpar {

/// The sums that a ridge regression on rated rows is made of, in double precision, for X the rows
/// (a 1 after each where there are biases) and y the targets. Keeps its memory from one row to the
/// next; one thread at a time.
class RidgeEquations {
 public:
  using Matrix = Eigen::Map<Eigen::MatrixXd, Eigen::Aligned64, Eigen::OuterStride<>>;

  explicit RidgeEquations(const FixedSide& side);

  /// Primal: matrix() is X'X, right_side() is X'y, of side.unknowns().
  void set_primal(std::span<const FoldInRating> ratings);

  /// Dual: matrix() is QQ' of the rows without their 1, right_side() is y, of as many as there are
  /// ratings. REQUIRES: not more than side.unknowns().
  void set_dual(std::span<const FoldInRating> ratings);

  /// Its lower triangle, to work in.
  Matrix matrix() noexcept;
  Eigen::VectorXd& right_side() noexcept { return right_side_; }

  /// Solves matrix() x = right_side() by Cholesky: x takes the place of the right side, and the factor that
  /// of the matrix. NaN where the matrix is not positive definite.
  void solve();

  /// The squared lengths of the rows, without their 1, added up.
  double square_length() const noexcept { return square_length_; }

 private:
  void begin(std::size_t size);
  void add_rows(std::size_t count);
  double trace(std::size_t size) const noexcept;

  const FixedSide side_;
  const KernelSet& kernels_;
  std::size_t size_ = 0;
  std::size_t stride_ = 0;
  AlignedBuffer<double> rows_;  ///< kRowsAtOnce of them
  AlignedBuffer<double> gram_;
  Eigen::VectorXd right_side_;
  double square_length_ = 0.0;
};

}  // namespace mfpar
