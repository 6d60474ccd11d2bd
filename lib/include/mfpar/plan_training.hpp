// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <limits>

#include "mfpar/export.hpp"
#include "mfpar/rating_source.hpp"
#include "mfpar/train.hpp"
#include "mfpar/train_options.hpp"

namespace mfpar {

/// What one way of training takes.
struct TrainingNeeds {
  std::uint64_t memory = 0;     ///< bytes, of the process at its peak
  std::uint64_t temporary = 0;  ///< bytes of the temporary file
  std::uint64_t reads = 0;      ///< bytes read from it an epoch, with the evaluation
  /// An epoch with its evaluation; by the disk's speed, where the system cannot keep the temporary
  /// file in its cache. NaN where it was not measured.
  double epoch_seconds = std::numeric_limits<double>::quiet_NaN();
};

/// What training would take, in memory and streamed from a packed store.
struct TrainingPlan {
  TrainingNeeds in_memory;
  TrainingNeeds streamed;
  std::uint64_t model_bytes = 0;  ///< of the model's file
  std::uint64_t memory = 0;       ///< that training may take: PlanOptions::memory, or what there is
  /// Whether it has to be streamed: in memory it would take more than that.
  bool streams = false;
};

struct PlanOptions {
  bool rated_lists = true;   ///< as TrainHooks::rated_lists
  bool refits = false;       ///< whether the model is learnt once more from all, see refit()
  bool checkpoints = false;  ///< whether they are saved: a copy of all parameters
  std::uint64_t memory = 0;  ///< bytes that training may take; 0: what is available
  /// Whether some epochs of either way are measured, on some bands or the whole of a small store.
  bool measures = false;
  StreamOptions stream = {};  ///< where, if so
};

/// What training from `split`, parts of a packed store that this process has open, takes: sgd, of
/// ratings. Sizes follow from the numbers of users, items and ratings, and from how many items the
/// first bands have ratings of; times from training on these, in proportion. Throws
/// Error(kBadOption) for other methods, what reading the source throws, and where it measures, what
/// train() throws.
MFPAR_API TrainingPlan plan_training(const SourceSplit& split, const TrainOptions& options,
                                     const PlanOptions& plan = {});

}  // namespace mfpar
