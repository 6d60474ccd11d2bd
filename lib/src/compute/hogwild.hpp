// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "compute/epoch_schedule.hpp"

namespace mfpar {

/// Shards of users in parallel. A user's row is written by the one worker that holds the shard;
/// item rows are shared and updated lock-free through shared_row.inl.
class HogwildSchedule final : public EpochSchedule {
 public:
  HogwildSchedule(const RatingStore& ratings, const RatingScale& scale, SgdKernel kernel);

  PassSums run_epoch(const EpochPlan& plan, const Workers& workers,
                     const std::function<bool()>& stop) override;

 private:
  const RatingStore& ratings_;
  RatingScale scale_;
  SgdKernel kernel_;
  std::vector<float> values_;  ///< standardised, by code
};

}  // namespace mfpar
