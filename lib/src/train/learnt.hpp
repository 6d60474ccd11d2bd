// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/parallel.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/rating_statistics.hpp"
#include "mfpar/epoch_report.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/rating_source.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/train.hpp"
#include "train/checkpoint/training_checkpoints.hpp"

namespace mfpar {

class RankShare;

/// Ratings to learn from: in memory, or read from a source as they are needed.
struct TrainingRatings {
  bool streams() const noexcept { return source != nullptr; }

  /// Calls body(RatingSource) with them, wherever they are.
  template <class Body>
  auto visit(const Body& body) const {
    return streams() ? body(*source) : body(StoreSource(store));
  }

  RatingStore store;                                     ///< empty where there is a source
  std::shared_ptr<const RatingSource> source = nullptr;  ///< null: they are in the store
  StreamOptions stream = {};
};

/// What train() gives to a way of learning, beside the ratings to learn from; all of it outlives
/// the learning.
struct LearnSetup {
  const RatingStore& validation;
  const RatingStatistics& statistics;
  const TrainOptions& options;
  const TrainHooks& hooks;
  TrainingCheckpoints* checkpoints = nullptr;  ///< null without
  const RankShare* share = nullptr;            ///< null where one process trains
  const KernelSet& kernels;
  const Workers& workers;
};

/// What a way of learning leaves to train(): a model that lacks its record, its baseline and what
/// was held out, and how it went.
struct Learnt {
  FactorModel::Parts parts;
  std::vector<EpochReport> history;
  int best_epoch = 0;
  StopReason stop_reason = StopReason::kEpochs;
  std::string divergence;
  int divergences = 0;
  std::optional<SamplingReport> sampling;
};

}  // namespace mfpar
