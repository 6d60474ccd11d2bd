// SPDX-License-Identifier: MIT
#pragma once

#include "base/parallel.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/rating_statistics.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/train.hpp"
#include "train/learnt.hpp"

namespace mfpar {

/// Learns by Gibbs sampling (see GibbsOptions): sweeps, the samples' predictions for what was held
/// out, and their mean as a model. The same for any number of threads. REQUIRES: options that were
/// checked; statistics under squares.
Learnt learn_by_gibbs(const RatingStore& training, const RatingStore& validation,
                      const RatingStatistics& statistics, const TrainOptions& options,
                      const TrainHooks& hooks, const KernelSet& kernels, const Workers& workers);

}  // namespace mfpar
