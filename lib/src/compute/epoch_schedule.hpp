// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>

#include "base/parallel.hpp"
#include "compute/band_file.hpp"
#include "compute/band_store.hpp"
#include "compute/kernels/sgd_pass.hpp"
#include "compute/rank_share.hpp"
#include "compute/rating_statistics.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/train_options.hpp"

namespace mfpar {

/// What an epoch does: an SgdPass, less the runs and their order, which the schedule decides.
struct EpochPlan {
  SgdPass pass;            ///< items are the fixed side
  std::uint64_t seed = 0;  ///< of this epoch

  /// A piece of work whose errors sum to more, or to no number, ends the epoch: it has diverged.
  double most_error = std::numeric_limits<double>::infinity();
};

/// An order in which threads pass over all ratings of Bands once. One epoch at a time.
class EpochSchedule {
 public:
  virtual ~EpochSchedule() = default;

  /// Updates the plan's rows from every rating once and returns what was seen on the way. Ends
  /// early, between two pieces of work, when `stop` says so or errors are too large; the sums are
  /// then those of a part.
  virtual PassSums run_epoch(const EpochPlan& plan, const Workers& workers,
                             const std::function<bool()>& stop) = 0;
};

/// Of how many the bands are a multiple that suit a schedule on so many threads.
std::uint32_t bands_in_step(const TrainOptions& options, std::uint32_t users, std::uint32_t items,
                            int threads);

/// The bands of `ratings` that suit a schedule on these workers, or on all ranks; see BandStore.
BandStore make_bands(RatingStore ratings, const RatingStatistics& statistics,
                     const TrainOptions& options, const Workers& workers,
                     const RankShare* share = nullptr);

/// The same on disk, in a temporary file in `folder`; see BandFile.
std::unique_ptr<BandFile> make_band_file(std::shared_ptr<const RatingSource> ratings,
                                         const RatingStatistics& statistics,
                                         const TrainOptions& options, const std::string& folder,
                                         const Workers& workers);

/// `bands` must outlive the schedule, and be what make_bands makes for the options. With `share`,
/// which outlives it too, the schedule is that of one of several ranks: every rank runs the epoch,
/// and all get the sums of all.
std::unique_ptr<EpochSchedule> make_schedule(const TrainOptions& options, const Bands& bands,
                                             const RankShare* share = nullptr);

}  // namespace mfpar
