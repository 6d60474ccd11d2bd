// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "base/parallel.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/one_class.hpp"
#include "compute/positives.hpp"
#include "mfpar/features.hpp"

namespace mfpar {

/// Some columns of a sparse matrix X that has a row for each row of a side: X(r, c) = row_scales[r]
/// times the confidence that `by_row` has of c.
struct DesignBlock {
  Positives by_row;
  Positives by_column;                 ///< the same, transposed
  std::vector<float> row_scales = {};  ///< none: 1 each

  /// What the strength of its effects is at first; see Effects.
  double strength = 1.0;

  std::uint32_t columns() const noexcept { return by_column.rows(); }
};

/// Who rated what: X(r, c) is 1 over the root of the number of ratings of row r, where that has a
/// rating of the c-th of those rows of the other side that have at least `fewest` ratings.
DesignBlock links_block(const Positives& by_row, const Positives& by_other, std::uint64_t fewest,
                        double strength);

/// Features: X(r, c) is what `features` has of row r.
DesignBlock features_block(const Features& features, double strength);

/// Blocks of columns side by side: X, never in one piece. Immutable; a product uses all workers and
/// gives the same bytes for any number of them.
class Design {
 public:
  /// `size`: floats of the rows that it is multiplied with.
  Design(std::vector<DesignBlock> blocks, std::uint32_t rows, std::uint32_t size);

  const std::vector<DesignBlock>& blocks() const noexcept { return blocks_; }
  std::uint32_t rows() const noexcept { return rows_; }
  std::uint32_t columns() const noexcept { return first_columns_.back(); }
  std::uint32_t first_column(std::size_t block) const noexcept { return first_columns_[block]; }

  /// out = X times `of_columns`: columns() rows of factors, row_stride(size) floats apart, become
  /// rows() of them.
  void multiply(const float* of_columns, float* out, const KernelSet& kernels,
                const Workers& workers) const;

  /// out = X' times `of_rows`.
  void multiply_transposed(const float* of_rows, float* out, const KernelSet& kernels,
                           const Workers& workers) const;

  /// The squared length of each column.
  std::vector<float> column_squares() const;

 private:
  std::vector<DesignBlock> blocks_;
  std::uint32_t rows_;
  std::uint32_t size_;
  std::vector<std::uint32_t> first_columns_;  ///< of each block, and the end
};

}  // namespace mfpar
