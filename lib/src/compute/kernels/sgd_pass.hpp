// SPDX-License-Identifier: MIT
//
// What a kernel is told: which ratings to walk, which rows they touch, how far to step. Plain data,
// so that one description serves every instruction set, the scalar twin and the tests.
#pragma once

#include <cstddef>
#include <cstdint>

#include "compute/kernels/row_records.hpp"
#include "mfpar/rating_store.hpp"

namespace mfpar {

/// Ratings in runs: all of a run share the row of the *fixed* side, which the kernel keeps at hand,
/// and each has a row of the *moving* side. Training fixes items and evaluation users. Positions
/// are below 2^32.
struct RatingRuns {
  std::size_t count = 0;                ///< runs
  const std::uint32_t* rows = nullptr;  ///< the fixed row of each run; null: first_row, +1, ...
  std::uint32_t first_row = 0;
  const std::uint64_t* offsets = nullptr;  ///< run r holds entries [offsets[r], offsets[r + 1])

  // Exactly one of the two forms of entries; their item is the moving row, less `moving_base`.
  const std::uint32_t* compact = nullptr;        ///< RatingStore::pack(row, code)
  const float* code_values = nullptr;            ///< the target of each code
  const RatingStore::WideEntry* wide = nullptr;  ///< values in rating units
  float wide_mean = 0.0f;  ///< the target of a wide value is (value - mean) * scale
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

/// Ratings of a run that move rows together.
inline constexpr int kMiniBatch = 16;

/// A run is cut into segments of at most so many ratings: a row shared with other threads is never
/// out of step for longer.
inline constexpr std::uint32_t kMaxSegment = 256;

/// One pass of stochastic gradient descent over runs of ratings, in mini-batches of kMiniBatch that
/// share a row p of the fixed side; their rows q of the moving side differ. Every row and bias
/// takes one step down the gradient of the sum, over the ratings r of the mini-batch, of
///
///   c error(r, r - s) + lambda_factors (w_p |p|^2 + w_q |q|^2) / 2
///                     + lambda_biases (w_p b_p^2 + w_q b_q^2) / 2
///
/// with the score s = mean + b_p + b_q + p.q, error and c = kStep those of the loss (losses.hpp),
/// and w a row's penalty weight. The old p moves q and the old q move p. The penalty comes after
/// the error and by its implicit step, x / (1 + n rate lambda w) for n ratings, which turns nothing
/// around however large it is. Under AdaGrad the rate of a row, or bias, is divided by the root of
/// its accumulator, which adds up the squares of the error's gradients, this step's included, and
/// leaves out the penalty's (composite objectives; Duchi, Hazan and Singer, "Adaptive subgradient
/// methods for online learning and stochastic optimization", 2011).
///
/// Where there are penalties on magnitudes, l1_factors w |p|_1 and l1_biases w |b_p| beside the
/// above and the same of q, their proximal step comes with the implicit one: x is first taken
/// towards zero by n rate l1 w, and is zero where it would pass it (Tsuruoka, Tsujii and Ananiadou,
/// "Stochastic gradient descent training for L1-regularized log-linear models with cumulative
/// penalty", 2009). Rows that may not be negative are zero instead (projected gradients; Lin 2007).
///
/// All errors of a mini-batch are taken at the same p and b_p. Their common step would overshoot
/// where reach = kMaxCurvature of the loss, times the sum over the mini-batch of rate |q|^2 + bias
/// rate, exceeds 1: it is divided by that.
///
/// Two runs are under way: while the errors of a mini-batch of one are taken, a mini-batch of the
/// other moves rows. A run is walked in segments of kMaxSegment ratings; a segment works on its
/// fixed row apart and adds the difference to the shared one at its end. REQUIRES: no run has a
/// moving row twice.
struct SgdPass {
  /// Of the rows of each side.
  struct Sides {
    float fixed = 0.0f;
    float moving = 0.0f;
  };

  RatingRuns runs;
  RowRecords fixed;
  RowRecords moving;
  std::uint32_t rank = 0;
  float rate = 0.0f;
  float bias_rate = 0.0f;  ///< 0 leaves the biases alone
  float lambda_factors = 0.0f;
  float lambda_biases = 0.0f;
  Sides l1_factors, l1_biases;
  bool nonnegative = false;  ///< the factors
  bool is_constrained() const {
    return nonnegative || l1_factors.fixed > 0.0f || l1_factors.moving > 0.0f ||
           l1_biases.fixed > 0.0f || l1_biases.moving > 0.0f;
  }

  float mean = 0.0f;    ///< of the scores
  float lowest = 0.0f;  ///< scores are clipped to [lowest, highest] for clipped_error
  float highest = 0.0f;
  float delta = 1.0f;            ///< of Huber's loss, in the units of targets
  std::uint64_t order_seed = 0;  ///< decides the order of the runs
};

/// What a pass saw; for SgdPass just before each update.
struct PassSums {
  double error = 0.0;          ///< sum of the loss's errors
  double clipped_error = 0.0;  ///< the same with the scores clipped, where the loss clips

  PassSums& operator+=(const PassSums& other) {
    error += other.error;
    clipped_error += other.clipped_error;
    return *this;
  }
};

using SgdKernel = PassSums (*)(const SgdPass&);

/// A pass that writes nothing, over rows that nobody writes: the sums for the score
/// mean + b_p + b_q + p.q, in the units of the entries' values, which are targets.
struct ErrorPass {
  RatingRuns runs;
  const float* fixed_rows = nullptr;
  const float* fixed_biases = nullptr;
  const float* moving_rows = nullptr;
  const float* moving_biases = nullptr;
  std::size_t stride = 0;
  std::uint32_t rank = 0;
  float mean = 0.0f;
  float delta = 1.0f;  ///< of Huber's loss
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
