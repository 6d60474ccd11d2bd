// SPDX-License-Identifier: MIT
//
// What a kernel is told: which ratings to walk, which rows they touch, how far to step. Plain data,
// so that one description serves every instruction set, the scalar twin and the tests.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "mfpar/rating_store.hpp"

namespace mfpar {

/// What a row carries beside its factors, read and written as one 16-byte vector. In standardised
/// units.
struct alignas(16) RowHead {
  float bias = 0.0f;
  float norm = 0.0f;  ///< running |row|^2, so that a gradient's norm needs no pass over it
  float bias_accumulator = 1.0f;  ///< of AdaGrad: 1 + sum of squared bias gradients
  float accumulator = 1.0f;       ///< of AdaGrad: 1 + sum of the row's mean squared gradients
};

/// One side in training, users or items: rows of factors and what belongs to them.
struct FactorSide {
  float* rows = nullptr;          ///< row r begins at rows + r * stride, on a 64-byte boundary
  RowHead* heads = nullptr;       ///< one a row
  const float* shrink = nullptr;  ///< one a row: n^-e, what its penalties are multiplied with
};

/// Ratings in runs: all of a run share the row of the *fixed* side, which the kernel keeps at hand,
/// and each has a row of the *moving* side. Training fixes items and evaluation users. Positions are
/// below 2^32.
struct RatingRuns {
  std::size_t count = 0;                ///< runs
  const std::uint32_t* rows = nullptr;  ///< the fixed row of each run; null: first_row, +1, ...
  std::uint32_t first_row = 0;
  const std::uint64_t* offsets = nullptr;  ///< run r holds entries [offsets[r], offsets[r + 1])

  // Exactly one of the two forms of entries; their item is the moving row, less `moving_base`.
  const std::uint32_t* compact = nullptr;        ///< RatingStore::pack(row, code)
  const float* code_values = nullptr;            ///< standardised value of each code
  const RatingStore::WideEntry* wide = nullptr;  ///< values in rating units
  float wide_mean = 0.0f;  ///< a wide value is standardised as (value - mean) * scale
  float wide_scale = 1.0f;
  std::uint32_t moving_base = 0;

  std::uint32_t row(std::size_t run) const {
    return rows != nullptr ? rows[run] : first_row + static_cast<std::uint32_t>(run);
  }

  void prefetch(std::size_t run) const {
    __builtin_prefetch(offsets + run);
    if (rows != nullptr) __builtin_prefetch(rows + run);
  }
};

/// How many runs a kernel walks at once.
inline constexpr int kRunsAtOnce = 8;

/// A run is cut into pieces of at most so many ratings: a row shared with other threads is never out
/// of step for longer.
inline constexpr std::uint32_t kLongestPiece = 256;

/// One pass of stochastic gradient descent over runs of ratings. For a rating r of rows p (fixed)
/// and q (moving), with e = r - b_p - b_q - p.q, every row and bias takes one step down the
/// gradient of
///
///   e^2 / 2 + lambda_factors (s_p |p|^2 + s_q |q|^2) / 2 + lambda_biases (s_p b_p^2 + s_q b_q^2) /
///   2
///
/// where s is the row's shrink. The old p moves q and the old q moves p. A row's penalty comes after
/// its error and by its implicit step, x / (1 + rate lambda s), which turns no row around however
/// large it is. Under AdaGrad the rate of a row, or bias, is divided by the root of its
/// accumulator, this step's share included.
///
/// `at_once` runs advance together, a rating each at a step: their errors are taken before any of
/// them moves a row, and the moves of those that meet in one moving row add up. A run that ends
/// makes room for the next. It is walked in pieces of longest_piece() ratings; a piece works on its
/// fixed row apart and adds the difference to the shared one at its end.
struct SgdPass {
  RatingRuns runs;
  FactorSide fixed;
  FactorSide moving;
  std::size_t stride = 0;  ///< floats from row to row, a multiple of 16
  std::uint32_t rank = 0;
  float rate = 0.0f;
  float bias_rate = 0.0f;  ///< 0 leaves the biases alone
  float lambda_factors = 0.0f;
  float lambda_biases = 0.0f;
  float lowest = 0.0f;  ///< predictions are clipped to [lowest, highest] for clipped_error
  float highest = 0.0f;
  std::uint32_t at_once = kRunsAtOnce;  ///< 1 to kRunsAtOnce; fewer where rows are few
  std::uint64_t order_seed = 0;         ///< decides the order of the runs
};

/// What a pass saw; for SgdPass just before each update.
struct PassSums {
  double error = 0.0;          ///< sum of e^2
  double clipped_error = 0.0;  ///< the same with the prediction clipped

  PassSums& operator+=(const PassSums& other) {
    error += other.error;
    clipped_error += other.clipped_error;
    return *this;
  }
};

using SgdKernel = PassSums (*)(const SgdPass&);

/// How long the pieces of `pass` may be: at most kLongestPiece, and so short that its penalties leave
/// 2^-64 of a row or more, since kernels keep apart what they leave.
inline std::uint32_t longest_piece(const SgdPass& pass) {
  // No rate is above the pass's, since accumulators begin at 1, and no shrink above 1.
  const float grown = 1.0f + pass.rate * pass.lambda_factors;
  const float most = 64.0f / std::max(std::log2(grown), 64.0f / kLongestPiece);
  return std::max(static_cast<std::uint32_t>(most), 1u);
}

/// A pass that only looks, at rows that nobody writes: the sums for the prediction
/// mean + b_p + b_q + p.q, in the units of the entries' values.
struct ErrorPass {
  RatingRuns runs;
  const float* fixed_rows = nullptr;
  const float* fixed_biases = nullptr;
  const float* moving_rows = nullptr;
  const float* moving_biases = nullptr;
  std::size_t stride = 0;
  std::uint32_t rank = 0;
  float mean = 0.0f;
  float lowest = 0.0f;
  float highest = 0.0f;
};

using ErrorKernel = PassSums (*)(const ErrorPass&);

/// The order in which n things are visited: begin at `start`, go on by `stride` modulo n, which
/// reaches each once since stride and n share no factor. It trains as well as a full shuffle.
struct VisitOrder {
  std::uint32_t start;
  std::uint32_t stride;
};

/// REQUIRES: 0 < count < 2^32.
inline VisitOrder visit_order(std::uint64_t seed, std::uint64_t count) {
  // Some prime of any sixteen does not divide a 32-bit number: the product of sixteen of these
  // exceeds it many times over.
  constexpr std::uint32_t kPrimes[16] = {10007,  20011,  30011,  40009,  50021,  60013,
                                         70001,  80021,  90001,  100003, 110017, 120011,
                                         130003, 140009, 150001, 160001};
  std::uint64_t bits = seed * 0x9E3779B97F4A7C15u;
  bits = (bits ^ (bits >> 32)) * 0xD6E8FEB86659FD93u;
  const auto n = static_cast<std::uint32_t>(count);
  const auto start = static_cast<std::uint32_t>(((bits >> 32) * count) >> 32);
  std::uint32_t choice = static_cast<std::uint32_t>(bits) & 15u;
  while (n % kPrimes[choice] == 0) choice = (choice + 1) & 15u;
  return {start, kPrimes[choice] % n};
}

}  // namespace mfpar
