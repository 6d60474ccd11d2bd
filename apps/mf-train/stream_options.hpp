// SPDX-License-Identifier: MIT
#pragma once

#include "common/options.hpp"
#include "mf-train/train_command.hpp"

namespace mfpar::apps {

/// Declares how ratings are trained on that are more than memory.
void add_stream_options(Options& options, TrainCommand& command);

/// Completes them; of what is streamed refuses what needs all ratings in memory, or is no packed
/// store. Throws Error(kBadOption).
void finish_stream_options(const Options& options, TrainCommand& command);

}  // namespace mfpar::apps
