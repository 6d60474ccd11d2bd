// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "compute/band_store.hpp"
#include "compute/epoch_schedule.hpp"

namespace mfpar {

/// What every schedule is made of: the bands of ratings and the kernels that pass over them.
class ScheduleBands {
 public:
  /// `in_step` as for BandStore.
  ScheduleBands(const RatingStore& ratings, const RatingScale& scale, const KernelSet& kernels,
                std::uint32_t rank, StepRule rule, std::uint32_t in_step, const Workers& workers);

  const BandStore& store() const noexcept { return store_; }

  /// The kernels keep the norms of users' rows by increments: starts them anew, free of rounding.
  void refresh_user_norms(const EpochPlan& plan, const Workers& workers) const;

  /// One pass over `runs`, which are of `band`; `number` tells its order from that of other passes.
  PassSums run(const EpochPlan& plan, std::uint32_t band, const RatingRuns& runs,
               std::uint64_t number) const;

 private:
  std::uint32_t users_;
  BandStore store_;
  SgdKernel compact_kernel_;
  SgdKernel wide_kernel_;
};

}  // namespace mfpar
