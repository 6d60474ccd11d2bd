// SPDX-License-Identifier: MIT
#pragma once

#include "mfpar/rating_store.hpp"
#include "train/learnt.hpp"

namespace mfpar {

/// Learns by Gibbs sampling (see GibbsOptions): sweeps, the samples' predictions for what was held
/// out, and their mean as a model. The same for any number of threads. REQUIRES: options that were
/// checked; statistics under squares.
Learnt learn_by_gibbs(const RatingStore& training, const LearnSetup& setup);

}  // namespace mfpar
