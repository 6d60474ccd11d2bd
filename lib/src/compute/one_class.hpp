// SPDX-License-Identifier: MIT
//
// Alternating least squares for one-class feedback (Hu, Koren, Volinsky 2008, with the objective of
// Rendle, Krichene, Zhang, Koren, "Revisiting the performance of iALS on item recommendation
// benchmarks", 2021): over the positives (u, i), of confidence c_ui, and over all pairs, minimise
//
//   sum_positives c_ui (1 - p_u.q_i)^2 + a sum_all (p_u.q_i)^2
//     + sum_u lambda (n_u + a |items|)^nu |p_u|^2 + sum_i lambda (n_i + a |users|)^nu |q_i|^2,
//
// with n the positives of a row and a = unobserved_weight.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/parallel.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/positives.hpp"

namespace mfpar {

/// What the objective charges.
struct OneClassCosts {
  double unobserved = 0.0;  ///< a, above 0
  double lambda = 0.0;
  double exponent = 1.0;  ///< nu
};

/// Rows of factors, row_stride(rank) floats apart, zeros behind the rank.
struct FactorRows {
  const float* values = nullptr;
  std::uint32_t count = 0;
  std::uint32_t rank = 0;

  std::size_t stride() const noexcept { return row_stride(rank); }
  const float* row(std::size_t index) const noexcept { return values + index * stride(); }
};

/// The sum of the outer products of all rows, each times its weight (0 or more) where there are
/// weights, in double precision: the same for any number of threads.
Eigen::MatrixXd gram_matrix(const FactorRows& rows, const KernelSet& kernels,
                            const Workers& workers, std::span<const double> weights = {});

/// lambda (n + a others)^nu of each row, `others` being the rows of the other side.
std::vector<float> one_class_penalties(const Positives& positives, std::uint32_t others,
                                       const OneClassCosts& costs);

/// One side in training: its rows, its positives and what its rows are charged.
class OneClassSide {
 public:
  OneClassSide(Positives positives, std::uint32_t others, const OneClassCosts& costs,
               std::uint32_t rank);

  const Positives& positives() const noexcept { return positives_; }
  /// Leaves none behind.
  Positives take_positives() && { return std::move(positives_); }
  const std::vector<float>& penalties() const noexcept { return penalties_; }
  FactorRows rows() const noexcept { return {values_.data(), positives_.rows(), rank_}; }
  AlignedBuffer<float>& values() noexcept { return values_; }
  const AlignedBuffer<float>& values() const noexcept { return values_; }

 private:
  Positives positives_;
  std::vector<float> penalties_;
  std::uint32_t rank_;
  AlignedBuffer<float> values_;
};

/// Half of an epoch: every row of `moving` goes to the minimum for the rows of `fixed` as they are,
/// as near as OneClassPass comes. Both sides are rotated to the axes of the fixed side's Gram
/// matrix first, which changes no score. Ends early, between two pieces of work, when `stop` says
/// so. The same for any number of threads. Returns the steps taken.
std::uint64_t solve_side(OneClassSide& moving, OneClassSide& fixed, double unobserved_weight,
                         const KernelSet& kernels, const Workers& workers,
                         const std::function<bool()>& stop);

/// What positives and unobserved pairs cost some rows of factors, the penalty left out: time grows
/// with positives rank + (users + items) rank^2. `of_users` has the positives of the users' rows.
double one_class_error(const Positives& of_users, const FactorRows& users, const FactorRows& items,
                       double unobserved_weight, const KernelSet& kernels, const Workers& workers);

/// The sum of penalty |row|^2 over the rows.
double charged(std::span<const float> penalties, const FactorRows& rows, const Workers& workers);

}  // namespace mfpar
