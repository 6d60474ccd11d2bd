// SPDX-License-Identifier: MIT
#include "compute/epoch_schedule.hpp"

#include "compute/blocks.hpp"
#include "compute/hogwild.hpp"

namespace mfpar {

std::unique_ptr<EpochSchedule> make_schedule(Schedule kind, const RatingStore& ratings,
                                             const RatingScale& scale, const KernelSet& kernels,
                                             std::uint32_t rank, StepRule rule,
                                             const Workers& workers) {
  const bool in_blocks = kind == Schedule::kBlocks;
  const std::uint32_t in_step =
      in_blocks ? BandStore::panels_of(ratings) : static_cast<std::uint32_t>(workers.threads());
  ScheduleBands bands(ratings, scale, kernels, rank, rule, in_step, workers);
  if (in_blocks) return std::make_unique<BlockSchedule>(std::move(bands));
  return std::make_unique<HogwildSchedule>(std::move(bands));
}

}  // namespace mfpar
