// SPDX-License-Identifier: MIT
#include "compute/epoch_schedule.hpp"

#include "compute/blocks.hpp"
#include "compute/hogwild.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/ranked_schedules.hpp"

namespace mfpar {

BandStore make_bands(RatingStore ratings, const RatingStatistics& statistics,
                     const TrainOptions& options, const Workers& workers, const RankShare* share) {
  if (share != nullptr) {
    return BandStore(std::move(ratings), statistics.scale, options.loss, share->grid(), workers);
  }
  const std::uint32_t in_step = options.schedule == Schedule::kBlocks
                                    ? BandStore::panels_of(ratings)
                                    : static_cast<std::uint32_t>(workers.threads());
  const auto rank = static_cast<std::uint32_t>(options.rank);
  return BandStore(std::move(ratings), statistics, options.loss, rank, in_step, workers);
}

std::unique_ptr<EpochSchedule> make_schedule(const TrainOptions& options, const BandStore& bands,
                                             const RankShare* share) {
  const SgdKernel kernel = find_kernels(options.kernel)
                               .sgd(options.loss, static_cast<std::uint32_t>(options.rank),
                                    options.step_rule == StepRule::kAdaGrad);
  const ScheduleBands made_of(bands, kernel);
  const bool blocks = options.schedule == Schedule::kBlocks;
  if (share != nullptr && blocks) return std::make_unique<RankedBlockSchedule>(made_of, *share);
  if (share != nullptr) return std::make_unique<RankedHogwildSchedule>(made_of, *share);
  if (blocks) return std::make_unique<BlockSchedule>(made_of);
  return std::make_unique<HogwildSchedule>(made_of);
}

}  // namespace mfpar
