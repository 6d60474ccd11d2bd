// SPDX-License-Identifier: MIT
#pragma once

#include "common/options.hpp"
#include "mf-train/train_command.hpp"

namespace mfpar::apps {

/// Declares the options of what is held out, and of when training stops by it.
void add_validation_options(Options& options, TrainCommand& command);

}  // namespace mfpar::apps
