// SPDX-License-Identifier: MIT
#pragma once

#include "common/options.hpp"
#include "mfpar/train_options.hpp"

namespace mfpar::apps {

/// What holds rows beside squares: --nonnegative, --l1-factors and --l1-biases.
void add_constraint_options(Options& options, TrainOptions& train);

/// Sets what the loss brings with it.
void finish_constraint_options(TrainOptions& train);

}  // namespace mfpar::apps
