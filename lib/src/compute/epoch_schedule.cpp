// SPDX-License-Identifier: MIT
#include "compute/epoch_schedule.hpp"

#include "compute/blocks.hpp"
#include "compute/hogwild.hpp"

namespace mfpar {

BandStore make_bands(RatingStore ratings, const RatingScale& scale, Schedule kind,
                     std::uint32_t rank, const Workers& workers) {
  const std::uint32_t in_step = kind == Schedule::kBlocks
                                    ? BandStore::panels_of(ratings)
                                    : static_cast<std::uint32_t>(workers.threads());
  return BandStore(std::move(ratings), scale, rank, in_step, workers);
}

std::unique_ptr<EpochSchedule> make_schedule(Schedule kind, const BandStore& bands,
                                             const KernelSet& kernels, std::uint32_t rank,
                                             StepRule rule) {
  const ScheduleBands made_of(bands, kernels, rank, rule);
  if (kind == Schedule::kBlocks) return std::make_unique<BlockSchedule>(made_of);
  return std::make_unique<HogwildSchedule>(made_of);
}

}  // namespace mfpar
