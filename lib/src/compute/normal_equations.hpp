// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/aligned_buffer.hpp"
#include "compute/kernels/kernel_set.hpp"

namespace mfpar {

/// The rows that a row of the other side is fitted on; they stay as they are. Looks at the memory
/// of others.
struct FixedRows {
  const float* factors = nullptr;
  std::size_t stride = 0;  ///< floats from one row to the next
  std::uint32_t rank = 0;
  bool has_bias = false;  ///< the fitted row has one: behind each fixed row stands a 1

  /// What is summed before any rating, if anything: `prior_weight` times this matrix, rank x rank.
  const double* prior = nullptr;
  double prior_weight = 0.0;

  /// What is fitted: the factors, and the bias behind them.
  std::size_t unknowns() const noexcept { return rank + std::size_t{has_bias}; }

  const float* row(std::uint32_t index) const noexcept { return factors + index * stride; }
};

/// What the squares of the factors and of the bias are multiplied with. Both above 0.
struct RidgePenalty {
  double factors = 1.0;
  double bias = 1.0;

  bool operator==(const RidgePenalty&) const = default;
  RidgePenalty operator*(double multiple) const noexcept {
    return {factors * multiple, bias * multiple};
  }

  /// The penalty, raised where double precision would lose it beside ratings whose weights add up
  /// to `weight`, and the squared lengths of their rows, each times its weight, to `square_length`.
  RidgePenalty solvable(double square_length, double weight) const noexcept;
};

/// The weighted ridge regressions of one row after the other, in double precision: the minimum c of
///
///   sum_s w_s (y_s - x_s.c)^2 + a |factors of c|^2 + b (bias of c)^2 [+ prior_weight c'(prior)c],
///
/// x_s being the fixed row of rating s, with a 1 behind it where there is a bias, y_s its target
/// and w_s >= 0 its weight. Keeps its memory from one row to the next; one thread at a time.
class NormalEquations {
 public:
  using Matrix = Eigen::Map<Eigen::MatrixXd, Eigen::Aligned64, Eigen::OuterStride<>>;

  explicit NormalEquations(const FixedRows& fixed);

  /// Which fixed rows the ratings of the next row belong to. `indices` stays valid as long as the
  /// other functions are called for them.
  void start(std::span<const std::uint32_t> indices);

  /// The factors and, where there is one, the bias behind them, by whichever form is smaller.
  /// Targets and weights are by rating; no weights are 1 each. `penalty` comes back as it was used
  /// (RidgePenalty::solvable). The result lasts until the next call. May be called again with other
  /// targets, weights and penalties for the same ratings, as a loss that is not squared needs it
  /// (iteratively reweighted least squares); the dual with weights then has the products of the
  /// rows already.
  const Eigen::VectorXd& solve(std::span<const double> targets, std::span<const double> weights,
                               RidgePenalty& penalty);

  /// The two forms. The dual is for at most as many ratings as unknowns.
  const Eigen::VectorXd& solve_primal(std::span<const double> targets,
                                      std::span<const double> weights, RidgePenalty& penalty);
  const Eigen::VectorXd& solve_dual(std::span<const double> targets,
                                    std::span<const double> weights, RidgePenalty& penalty);

  // For whoever solves otherwise, the sums alone, without penalties.

  /// matrix() becomes X'WX and right_side() X'Wy, of as many as there are unknowns.
  void set_primal(std::span<const double> targets, std::span<const double> weights = {});

  /// matrix() becomes QQ' of the rows without their 1, right_side() y, of as many as there are
  /// ratings.
  /// REQUIRES: not more than unknowns.
  void set_dual(std::span<const double> targets);

  /// Its lower triangle, to work in.
  Matrix matrix() noexcept;
  Eigen::VectorXd& right_side() noexcept { return right_side_; }

  /// matrix() of the primal becomes X'WX + D, the penalty on its diagonal.
  void add_penalty(const RidgePenalty& penalty) noexcept;

  /// The squared lengths of the rows without their 1, each times its weight, added up.
  double square_length() const noexcept { return square_length_; }

  /// Solves matrix() x = right_side() by Cholesky: x takes the place of the right side, and the
  /// factor that of the matrix. NaN where the matrix is not positive definite.
  void factor_and_solve();

  const FixedRows& fixed() const noexcept { return fixed_; }
  std::span<const std::uint32_t> indices() const noexcept { return indices_; }

 private:
  void begin(std::size_t size);
  void add_rows(std::size_t count);
  double trace(std::size_t size) const noexcept;
  double total_weight(std::span<const double> weights) const noexcept;
  void set_weighted_dual(std::span<const double> targets, std::span<const double> weights);

  const FixedRows fixed_;
  const KernelSet& kernels_;
  std::span<const std::uint32_t> indices_;
  std::size_t size_ = 0;
  std::size_t stride_ = 0;
  AlignedBuffer<double> rows_;  ///< kRowsAtOnce of them
  AlignedBuffer<double> gram_;
  AlignedBuffer<double> kept_dual_;  ///< QQ', for other weights; made at the first weighted dual
  bool has_kept_dual_ = false;       ///< of indices_
  Eigen::VectorXd right_side_;
  Eigen::VectorXd root_weights_;
  Eigen::VectorXd dual_solution_;
  double square_length_ = 0.0;
};

}  // namespace mfpar
