// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/parallel.hpp"
#include "compute/band_store.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/rating_scale.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/train_options.hpp"

namespace mfpar {

/// What an epoch works on: rows, rates and penalties of an SgdPass, less what its schedule decides.
struct EpochPlan {
  FactorSide users;
  FactorSide items;
  std::uint32_t rank = 0;
  float rate = 0.0f;
  float bias_rate = 0.0f;
  float lambda_factors = 0.0f;
  float lambda_biases = 0.0f;
  float lowest = 0.0f;  ///< standardised
  float highest = 0.0f;
  std::uint64_t seed = 0;  ///< of this epoch
};

/// An order in which threads pass over all ratings of a BandStore once. One epoch at a time.
class EpochSchedule {
 public:
  virtual ~EpochSchedule() = default;

  /// Updates the plan's rows from every rating once and returns what was seen on the way. Ends
  /// early, between two pieces of work, when `stop` says so; the sums are then those of a part.
  virtual PassSums run_epoch(const EpochPlan& plan, const Workers& workers,
                             const std::function<bool()>& stop) = 0;
};

/// The bands of `ratings` that suit a schedule on these workers; see BandStore.
BandStore make_bands(RatingStore ratings, const RatingScale& scale, Schedule kind,
                     std::uint32_t rank, const Workers& workers);

/// `bands` must outlive the schedule, and be what make_bands makes for its kind.
std::unique_ptr<EpochSchedule> make_schedule(Schedule kind, const BandStore& bands,
                                             const KernelSet& kernels, std::uint32_t rank,
                                             StepRule rule);

}  // namespace mfpar
