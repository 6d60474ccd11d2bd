// SPDX-License-Identifier: MIT
#include "compute/epoch_schedule.hpp"

#include "compute/blocks.hpp"
#include "compute/hogwild.hpp"

namespace mfpar {

std::unique_ptr<EpochSchedule> make_schedule(Schedule kind, const RatingStore& ratings,
                                             const RatingScale& scale, const KernelSet& kernels,
                                             std::uint32_t rank, StepRule rule,
                                             const Workers& workers) {
  ScheduleBands bands(ratings, scale, kernels, rank, rule, workers);
  if (kind == Schedule::kBlocks) return std::make_unique<BlockSchedule>(std::move(bands));
  return std::make_unique<HogwildSchedule>(std::move(bands));
}

}  // namespace mfpar
