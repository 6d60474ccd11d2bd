// SPDX-License-Identifier: MIT
#pragma once

#include "mfpar/rating_store.hpp"
#include "train/learnt.hpp"

namespace mfpar {

/// Learns with a Solver, one epoch ahead of the evaluator. When an epoch diverges, what was best so
/// far is gone back to, with half the learning rate.
Learnt learn_by_epochs(TrainingRatings training, const LearnSetup& setup);

}  // namespace mfpar
