// SPDX-License-Identifier: MIT
#pragma once

#include "mfpar/rating_source.hpp"
#include "mfpar/train.hpp"

namespace mfpar {

/// Throws Error(kBadOption) where hooks have features that are not of the rows of `training`, or
/// that the method cannot use.
void check_features(const TrainHooks& hooks, const RatingSource& training,
                    const TrainOptions& options);

}  // namespace mfpar
