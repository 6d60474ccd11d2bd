// SPDX-License-Identifier: MIT
#pragma once

#include "base/parallel.hpp"
#include "compute/rating_statistics.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/train.hpp"
#include "train/checkpoint/training_checkpoints.hpp"

namespace mfpar {

/// All that decides what is learnt: options, and fingerprints of ratings, features and the model
/// that is started from. Not the number of threads.
TrainingIdentity identity_of(const RatingStatistics& statistics, const RatingStore& validation,
                             const TrainOptions& options, const TrainHooks& hooks,
                             const Workers& workers);

}  // namespace mfpar
