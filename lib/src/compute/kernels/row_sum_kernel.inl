// SPDX-License-Identifier: MIT
//
// The sum of a RowSumPass. Included once for each instruction set, inside its namespace; no include
// guard.

/// kVectors vectors of the sum, from float `f` on.
template <int kVectors>
inline void sum_rows_from(const RowSumPass& pass, std::size_t f) {
  using Vector = Vec<kMaxLanes>;
  constexpr std::size_t kAhead = 8;
  Vector sums[kVectors] = {};
  for (std::size_t n = 0; n < pass.count; ++n) {
    if (n + kAhead < pass.count) {
      __builtin_prefetch(pass.rows + pass.indices[n + kAhead] * pass.stride + f);
    }
    const std::size_t index = pass.indices[n];
    const float* const row = pass.rows + index * pass.stride + f;
    float weight = pass.weights != nullptr ? pass.weights[n] : 1.0f;
    if (pass.row_weights != nullptr) weight *= pass.row_weights[index];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      sums[v] += load_owned<kMaxLanes>(row + v * kMaxLanes) * weight;
    }
  }
  for (int v = 0; v < kVectors; ++v) store_owned<kMaxLanes>(pass.out + f + v * kMaxLanes, sums[v]);
}

inline void row_sum_kernel(const RowSumPass& pass) {
  constexpr std::size_t kWide = 32, kNarrow = 16;
  std::size_t f = 0;
  for (; f + kWide <= pass.floats; f += kWide) sum_rows_from<kWide / kMaxLanes>(pass, f);
  for (; f < pass.floats; f += kNarrow) sum_rows_from<kNarrow / kMaxLanes>(pass, f);
}
