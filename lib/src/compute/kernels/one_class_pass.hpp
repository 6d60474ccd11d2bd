// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace mfpar {

/// The positives of the rows of one side, the *moving* one, which are rows of the other, the
/// *fixed* one. REQUIRES: fixed rows aligned to 64 bytes, zeros in them from `rank` to `stride`.
struct PositiveRuns {
  const float* fixed = nullptr;
  std::size_t stride = 0;  ///< of the rows of both sides, a multiple of 16
  std::uint32_t rank = 0;
  const std::uint64_t* offsets =
      nullptr;  ///< moving row r has positives [offsets[r], offsets[r+1])
  const std::uint32_t* positives = nullptr;  ///< fixed rows
  const float* confidences = nullptr;        ///< by positive; null: 1 each
  std::uint32_t first_row = 0;  ///< moving rows [first_row, first_row + count) are meant
  std::uint32_t count = 0;
};

/// Moves rows of one side towards the minimum of what one-class feedback costs them against the
/// fixed rows of the other, where the Gram matrix of these is diagonal: for row x with the
/// positives j, of confidence c_j and with the fixed rows q_j,
///
///   sum_j c_j (1 - q_j.x)^2 + sum_f (unobserved[f] + penalty) x[f]^2.
///
/// By conjugate gradients from the x there is, preconditioned by D = unobserved + penalty (Hestenes
/// and Stiefel 1952). Nothing but D and the rows of the positives is looked at, so that a step
/// costs 2 rank multiply-adds a positive instead of the rank^2 / 2 of normal equations. D is never
/// above the whole matrix A = D + sum_j c_j q_j q_j', so that r'r/D of the residual r bounds
/// r'A^-1 r, which is how much lower the minimum lies: steps end when that is at most `tolerance`
/// times the sum of the confidences, which is what x = 0 costs. Rows of no positives become zero.
///
/// REQUIRES: `unobserved` aligned to 64 bytes, `stride` long and with anything above zero behind
/// the rank; unobserved + penalty above 0.
struct OneClassPass {
  PositiveRuns runs;
  float* moving = nullptr;
  const float* unobserved = nullptr;
  const float* penalties = nullptr;  ///< by moving row
  float tolerance = 0.0f;
  std::uint32_t most_steps = 0;
};

/// Returns the steps that were taken.
using OneClassKernel = std::uint64_t (*)(const OneClassPass&);

/// The sum of c_j (1 - q_j.x)^2 over all positives of the moving rows that are meant.
using PositiveErrorKernel = double (*)(const PositiveRuns&, const float* moving);

}  // namespace mfpar
