// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "compute/bands.hpp"
#include "compute/epoch_schedule.hpp"

namespace mfpar {

/// What every schedule is made of: bands of ratings and the kernel that passes over them.
class ScheduleBands {
 public:
  /// `bands` must outlive this.
  ScheduleBands(const Bands& bands, SgdKernel kernel) : bands_(&bands), kernel_(kernel) {}

  const Bands& bands() const noexcept { return *bands_; }

  /// The kernels keep the norms of users' rows by increments: starts them anew, free of rounding.
  void refresh_user_norms(const EpochPlan& plan, const Workers& workers) const;

  /// One pass over `runs`; `number` tells its order from that of other passes.
  PassSums run(const EpochPlan& plan, const RatingRuns& runs, std::uint64_t number) const;

 private:
  const Bands* bands_;
  SgdKernel kernel_;
};

}  // namespace mfpar
