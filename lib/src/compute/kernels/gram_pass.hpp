// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace mfpar {

/// The outer products of some rows, added to what is in `gram`:
///
///   gram[i * stride + j] += sum over rows x of x[i] x[j],  i <= j < size.
///
/// REQUIRES: `rows` and `gram` aligned to 64 bytes; `stride` a multiple of 8 from `size` on; `gram`
/// of stride x stride doubles; zeros from `size` to `stride` in each row. What the pass leaves at
/// j < i is not specified.
struct GramPass {
  const double* rows = nullptr;
  std::size_t count = 0;  ///< of rows; some tens at a time stay in the first-level cache
  std::size_t size = 0;   ///< of a row
  std::size_t stride = 0;
  double* gram = nullptr;
};

using GramKernel = void (*)(const GramPass&);

/// Rows and columns of the tiles of a ProductPass: what each instruction set keeps in registers
/// divides it, and what it passes over stays in the first-level cache.
inline constexpr std::size_t kProductTile = 144;

/// The product of two strips, added to what is in `out`:
///
///   out[i * kProductTile + j] += sum over n < count of
///       left[n * kProductTile + i] right[n * kProductTile + j],  i, j < kProductTile.
///
/// REQUIRES: all aligned to 64 bytes.
struct ProductPass {
  const double* left = nullptr;
  const double* right = nullptr;
  std::size_t count = 0;
  double* out = nullptr;
};

using ProductKernel = void (*)(const ProductPass&);

/// Factors a symmetric positive definite matrix A = U'U in place: U[i][j] is at matrix[i * stride +
/// j], i <= j, where A was. What is at j < i is not specified. Of a matrix that is not positive
/// definite NaN is left. REQUIRES: `matrix` aligned to 64 bytes, size x stride; `stride` a multiple
/// of 8 from `size` on.
using CholeskyKernel = void (*)(double* matrix, std::size_t size, std::size_t stride);

}  // namespace mfpar
