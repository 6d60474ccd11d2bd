// SPDX-License-Identifier: MIT
//
// The outer products of a GramPass and the product of a ProductPass. Included once for each
// instruction set, inside its namespace; no include guard.

constexpr int kGramLanes = kMaxLanes / 2;
typedef double GramVec __attribute__((vector_size(kGramLanes * sizeof(double))));

/// A tile of the result is kept in registers while the rows pass by: so many of its rows, and so
/// many vectors of columns, that sixteen registers hold it beside its operands.
constexpr std::size_t kTileRows = 4;
constexpr int kTileVectors = kMaxLanes == 4 ? 2 : 3;

/// The tile at i, j of `out` += the sum of left[i] right[j] over `count` rows of both; all of
/// them have this stride.
template <int kVectors>
inline void add_products(const double* left, const double* right, std::size_t count,
                         std::size_t stride, double* out, std::size_t i, std::size_t j) {
  GramVec sums[kTileRows][kVectors];
  const auto tile = [&](std::size_t row, int v) {
    return reinterpret_cast<GramVec*>(out + (i + row) * stride + j) + v;
  };
  for (std::size_t row = 0; row < kTileRows; ++row) {
    for (int v = 0; v < kVectors; ++v) sums[row][v] = *tile(row, v);
  }
  for (std::size_t n = 0; n < count; ++n, left += stride, right += stride) {
    GramVec columns[kVectors];
    for (int v = 0; v < kVectors; ++v) columns[v] = reinterpret_cast<const GramVec*>(right + j)[v];
    for (std::size_t row = 0; row < kTileRows; ++row) {
      for (int v = 0; v < kVectors; ++v) sums[row][v] += columns[v] * left[i + row];
    }
  }
  for (std::size_t row = 0; row < kTileRows; ++row) {
    for (int v = 0; v < kVectors; ++v) *tile(row, v) = sums[row][v];
  }
}

template <int kVectors>
inline void add_gram_tile(const GramPass& pass, std::size_t i, std::size_t j) {
  add_products<kVectors>(pass.rows, pass.rows, pass.count, pass.stride, pass.gram, i, j);
}

inline void gram_kernel(const GramPass& pass) {
  constexpr std::size_t kWidth = kGramLanes;
  for (std::size_t i = 0; i < pass.size; i += kTileRows) {
    std::size_t j = i / kWidth * kWidth;  // the vector that holds the diagonal
    for (; j + (kTileVectors - 1) * kWidth < pass.size; j += kTileVectors * kWidth) {
      add_gram_tile<kTileVectors>(pass, i, j);
    }
    if (kTileVectors > 2 && j + kWidth < pass.size) {
      add_gram_tile<2>(pass, i, j);
      j += 2 * kWidth;
    }
    if (j < pass.size) add_gram_tile<1>(pass, i, j);
  }
}

inline void product_kernel(const ProductPass& pass) {
  constexpr std::size_t kWidth = kTileVectors * kGramLanes;
  static_assert(kProductTile % kWidth == 0 && kProductTile % kTileRows == 0);
  for (std::size_t j = 0; j < kProductTile; j += kWidth) {
    for (std::size_t i = 0; i < kProductTile; i += kTileRows) {
      add_products<kTileVectors>(pass.left, pass.right, pass.count, kProductTile, pass.out, i, j);
    }
  }
}
