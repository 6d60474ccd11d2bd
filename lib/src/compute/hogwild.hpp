// SPDX-License-Identifier: MIT
#pragma once

#include "compute/epoch_schedule.hpp"
#include "compute/schedule_bands.hpp"

namespace mfpar {

/// Bands of users in parallel, in another order each epoch. A user's row is written by the one
/// worker that holds the band; item rows are shared and updated lock-free through shared_row.inl.
class HogwildSchedule final : public EpochSchedule {
 public:
  explicit HogwildSchedule(ScheduleBands bands) : bands_(bands) {}

  PassSums run_epoch(const EpochPlan& plan, const Workers& workers,
                     const std::function<bool()>& stop) override;

 private:
  ScheduleBands bands_;
};

}  // namespace mfpar
