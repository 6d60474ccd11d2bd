// SPDX-License-Identifier: MIT
#pragma once

#include "common/options.hpp"
#include "mf-train/train_command.hpp"

namespace mfpar::apps {

/// The options that only one-class feedback has.
void add_one_class_options(Options& options, TrainCommand& command);

}  // namespace mfpar::apps
