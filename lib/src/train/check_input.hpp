// SPDX-License-Identifier: MIT
#pragma once

#include "compute/rating_statistics.hpp"
#include "mfpar/rating_source.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/train.hpp"

namespace mfpar {

/// The part of the hooks' model that is of the feedback that is learnt from; null without.
const FactorModel* initial_model(const TrainHooks& hooks, const TrainOptions& options);

/// Throws Error(kBadOption, kBadData) for what train() cannot learn from.
void check_input(const RatingSource& training, const RatingStore& validation,
                 const TrainOptions& options, const TrainHooks& hooks);

/// Throws when a validation rating is none that the loss knows: labels other than those trained on.
void check_validation(const RatingStore& validation, Loss loss, RatingRange labels);

/// Throws when what was measured of the ratings, or what is charged under the options, is beyond
/// single precision: nothing that is learnt with it could be used.
void check_finite(const RatingStatistics& statistics, const TrainOptions& options);

}  // namespace mfpar
