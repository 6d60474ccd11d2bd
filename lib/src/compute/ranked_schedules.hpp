// SPDX-License-Identifier: MIT
#pragma once

#include "compute/epoch_schedule.hpp"
#include "compute/rank_share.hpp"
#include "compute/schedule_bands.hpp"

namespace mfpar {

/// The blocks of BlockSchedule, in its order, on several ranks: each works on those of its lanes. A
/// lane passes its panel on to the lane before it; where that is on another rank, the panel
/// travels. The same bytes for any number of ranks and of threads.
class RankedBlockSchedule final : public EpochSchedule {
 public:
  /// `share` must outlive this.
  RankedBlockSchedule(ScheduleBands bands, const RankShare& share)
      : bands_(bands), share_(&share) {}

  PassSums run_epoch(const EpochPlan& plan, const Workers& workers,
                     const std::function<bool()>& stop) override;

 private:
  ScheduleBands bands_;
  const RankShare* share_;
};

/// Hogwild on several ranks: a rank takes the panels that it has, or gets, one after the other,
/// and of each the blocks of all its bands, whose threads share the rows of its items.
class RankedHogwildSchedule final : public EpochSchedule {
 public:
  /// `share` must outlive this.
  RankedHogwildSchedule(ScheduleBands bands, const RankShare& share)
      : bands_(bands), share_(&share) {}

  PassSums run_epoch(const EpochPlan& plan, const Workers& workers,
                     const std::function<bool()>& stop) override;

 private:
  ScheduleBands bands_;
  const RankShare* share_;
};

}  // namespace mfpar
