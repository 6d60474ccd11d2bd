// SPDX-License-Identifier: MIT
//
// The factor of a CholeskyKernel. Included once for each instruction set, inside its namespace,
// after gram_kernel.inl; no include guard.
//
// u: rows of the factor that are done.

constexpr std::size_t kPivots =
    4;  // rows that leave the others together, at one load and store of them

/// row -= sum over the first `count` rows u from `done` of u[column] u, from the vector that holds
/// `from`.
template <std::size_t kCount>
inline void take_away(double* row, const double* done, std::size_t column, std::size_t from,
                      std::size_t stride) {
  double shares[kCount];
  for (std::size_t r = 0; r < kCount; ++r) shares[r] = done[r * stride + column];
  for (std::size_t j = from / kGramLanes * kGramLanes; j < stride; j += kGramLanes) {
    GramVec left = *reinterpret_cast<const GramVec*>(row + j);
    for (std::size_t r = 0; r < kCount; ++r) {
      left -= *reinterpret_cast<const GramVec*>(done + r * stride + j) * shares[r];
    }
    *reinterpret_cast<GramVec*>(row + j) = left;
  }
}

inline void cholesky_kernel(double* matrix, std::size_t size, std::size_t stride) {
  for (std::size_t first = 0; first < size; first += kPivots) {
    const std::size_t end = first + kPivots < size ? first + kPivots : size;
    const double* const done = matrix + first * stride;
    for (std::size_t k = first; k < end; ++k) {
      double* const row = matrix + k * stride;
      for (std::size_t r = 0; r < k - first; ++r)
        take_away<1>(row, done + r * stride, k, k, stride);
      const double scale = 1.0 / __builtin_sqrt(row[k]);
      for (std::size_t j = k / kGramLanes * kGramLanes; j < stride; j += kGramLanes) {
        *reinterpret_cast<GramVec*>(row + j) *= scale;
      }
    }
    // Rows are left only behind a whole run of pivots.
    for (std::size_t i = end; i < size; ++i) {
      take_away<kPivots>(matrix + i * stride, done, i, i, stride);
    }
  }
}
