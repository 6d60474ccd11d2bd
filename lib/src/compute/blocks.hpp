// SPDX-License-Identifier: MIT
#pragma once

#include "compute/epoch_schedule.hpp"
#include "compute/schedule_bands.hpp"

namespace mfpar {

/// The blocks of Bands in Latin order: at each step, as many bands as there are panels take
/// one panel each, the next one at the next step, and further bands follow when these have seen all
/// panels. A block begins when the previous block of its band and the previous block of its panel
/// are done, so every row is touched by one thread at a time and in an order that the grid fixes:
/// the same bytes for any number of threads, without a barrier.
class BlockSchedule final : public EpochSchedule {
 public:
  explicit BlockSchedule(ScheduleBands bands) : bands_(bands) {}

  PassSums run_epoch(const EpochPlan& plan, const Workers& workers,
                     const std::function<bool()>& stop) override;

 private:
  ScheduleBands bands_;
};

}  // namespace mfpar
