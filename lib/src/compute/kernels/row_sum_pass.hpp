// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace mfpar {

/// The weighted sum of some rows, which lie anywhere:
///
///   out[f] = sum over n < count of w_n rows[indices[n] * stride + f],  f < floats,
///
/// with w_n = weights[n] row_weights[indices[n]], either being 1 where it is null.
///
/// REQUIRES: `rows` and `out` aligned to 64 bytes; `stride` a multiple of 16, `floats` of 16 and at
/// most the stride.
struct RowSumPass {
  const float* rows = nullptr;
  std::size_t stride = 0;
  std::size_t floats = 0;
  const std::uint32_t* indices = nullptr;
  std::size_t count = 0;
  const float* weights = nullptr;
  const float* row_weights = nullptr;
  float* out = nullptr;
};

using RowSumKernel = void (*)(const RowSumPass&);

}  // namespace mfpar
