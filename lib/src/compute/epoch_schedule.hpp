// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/parallel.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/rating_scale.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/train_options.hpp"

namespace mfpar {

/// What an epoch works on: rows, rates and penalties of an SgdPass, less what its schedule decides.
struct EpochPlan {
  FactorSide users;
  FactorSide items;
  std::size_t stride = 0;
  std::uint32_t rank = 0;
  float rate = 0.0f;
  float bias_rate = 0.0f;
  float lambda_factors = 0.0f;
  float lambda_biases = 0.0f;
  float lowest = 0.0f;  ///< standardised
  float highest = 0.0f;
  std::uint64_t seed = 0;  ///< of this epoch
};

/// Floats from row to row: rows start on a cache line.
inline std::size_t row_stride(std::uint32_t rank) { return (std::size_t{rank} + 15) / 16 * 16; }

/// An order in which threads pass over all ratings once. One epoch at a time.
class EpochSchedule {
 public:
  virtual ~EpochSchedule() = default;

  /// Updates the plan's rows from every rating once and returns what was seen on the way. Ends
  /// early, between two pieces of work, when `stop` says so; the sums are then those of a part.
  virtual PassSums run_epoch(const EpochPlan& plan, const Workers& workers,
                             const std::function<bool()>& stop) = 0;
};

/// A schedule holds the ratings a second time, in its own order.
std::unique_ptr<EpochSchedule> make_schedule(Schedule kind, const RatingStore& ratings,
                                             const RatingScale& scale, const KernelSet& kernels,
                                             std::uint32_t rank, StepRule rule,
                                             const Workers& workers);

}  // namespace mfpar
