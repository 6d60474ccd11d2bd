// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/parallel.hpp"
#include "mfpar/features.hpp"

namespace mfpar {

/// Weighted ridge regression of rows of numbers on their features x,
///
///   target ~ m + B' (x - mean x),   minimising   sum over rows w |error|^2 + lambda |B|^2,
///
/// means being weighted alike. For every column of the targets by conjugate gradients of its own,
/// preconditioned by the diagonal: no matrix of features x features is ever made. Refers to
/// features, weights and targets. The same for any number of threads. Not synchronised.
class FeatureRegression {
 public:
  /// weights: one a row; rows of weight 0 are not learnt from. targets: rows x width.
  FeatureRegression(const Features& features, std::span<const double> weights,
                    std::span<const double> targets, std::size_t width, const Workers& workers);

  /// Finds B, starting from the last one, until the residual is `precision` of the right side.
  /// REQUIRES: lambda > 0.
  void fit(double lambda, double precision);

  /// What is expected of a row, into `target`, `width` numbers.
  void predict(std::size_t row, std::span<double> target) const;

 private:
  /// rows_[r] = w_r B' (x_r - mean), all rows.
  void apply(std::span<const double> coefficients);
  /// sums[f] = sum over rows x_rf rows_[r], all features.
  void gather(std::span<double> sums) const;

  const Features& features_;
  std::span<const double> weights_;
  std::size_t width_;
  const Workers& workers_;

  // The features by column, of rows with a weight.
  std::vector<std::uint64_t> column_offsets_;
  std::vector<std::uint32_t> column_rows_;
  std::vector<float> column_values_;

  std::vector<double> mean_features_;
  std::vector<double> mean_targets_;
  std::vector<double> curvature_;     ///< by feature: the diagonal without lambda
  std::vector<double> right_;         ///< features x width: the right side of the normal equations
  std::vector<double> coefficients_;  ///< B, features x width
  std::vector<double> shift_;         ///< B' mean x
  std::vector<double> rows_;          ///< rows x width
};

}  // namespace mfpar
