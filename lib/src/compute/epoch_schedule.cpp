// SPDX-License-Identifier: MIT
#include "compute/epoch_schedule.hpp"

#include "compute/blocks.hpp"
#include "compute/hogwild.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/ranked_schedules.hpp"

namespace mfpar {

std::uint32_t bands_in_step(const TrainOptions& options, std::uint32_t users, std::uint32_t items,
                            int threads) {
  return options.schedule == Schedule::kBlocks ? panels_of(users, items)
                                               : static_cast<std::uint32_t>(threads);
}

BandStore make_bands(RatingStore ratings, const RatingStatistics& statistics,
                     const TrainOptions& options, const Workers& workers, const RankShare* share) {
  if (share != nullptr) {
    return BandStore(std::move(ratings), statistics.scale, options.loss, share->grid(), workers);
  }
  const std::uint32_t in_step =
      bands_in_step(options, ratings.user_count(), ratings.item_count(), workers.threads());
  const auto rank = static_cast<std::uint32_t>(options.rank);
  return BandStore(std::move(ratings), statistics, options.loss, rank, in_step, workers);
}

std::unique_ptr<BandFile> make_band_file(std::shared_ptr<const RatingSource> ratings,
                                         const RatingStatistics& statistics,
                                         const TrainOptions& options, const std::string& folder,
                                         const Workers& workers) {
  const std::uint32_t in_step =
      bands_in_step(options, ratings->user_count(), ratings->item_count(), workers.threads());
  TrainingGrid grid = cut_grid(statistics, static_cast<std::uint32_t>(options.rank), in_step);
  return std::make_unique<BandFile>(std::move(ratings), statistics, options.loss, std::move(grid),
                                    folder, workers);
}

std::unique_ptr<EpochSchedule> make_schedule(const TrainOptions& options, const Bands& bands,
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
