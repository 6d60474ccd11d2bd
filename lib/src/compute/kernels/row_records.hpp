// SPDX-License-Identifier: MIT
//
// How rows lie in memory while they are trained: one record each, the factors and behind them all
// else that a rating needs of the row, so that it touches few cache lines.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mfpar {

/// What a row carries behind its factors, in standardised units. The first four are written as one
/// vector.
struct alignas(32) RowState {
  float bias = 0.0f;
  float norm = 0.0f;  ///< running |row|^2, so that a gradient's norm needs no pass over it
  float bias_accumulator = 1.0f;  ///< of AdaGrad: 1 + sum of squared errors
  float accumulator = 1.0f;       ///< of AdaGrad: 1 + sum of mean squares of e y
  float penalty_weight = 0.0f;    ///< n^-e, what its penalties are multiplied with
  float unused[3] = {};
};

/// Floats that `rank` factors take, padded with zeros.
constexpr std::size_t factor_width(std::size_t rank) {
  return rank <= 8 ? 8 : (rank + 15) / 16 * 16;
}

/// Floats from record to record. Wide rows begin on a cache line, for vectors as wide.
constexpr std::size_t record_stride(std::size_t width) {
  const std::size_t floats = width + sizeof(RowState) / sizeof(float);
  return width <= 32 ? floats : (floats + 15) / 16 * 16;
}

/// One side in training, users or items.
struct RowRecords {
  float* records = nullptr;  ///< on a 64-byte boundary
  std::uint32_t rank = 0;

  float* row(std::size_t index) const {
    return records + index * record_stride(factor_width(rank));
  }
  RowState& state(std::size_t index) const {
    return *reinterpret_cast<RowState*>(row(index) + factor_width(rank));
  }
};

}  // namespace mfpar
