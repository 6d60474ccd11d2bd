// SPDX-License-Identifier: MIT
#pragma once

#include "common/options.hpp"
#include "mfpar/checkpoint.hpp"

namespace mfpar::apps {

/// Declares --checkpoint, --checkpoint-every and --resume, bound to `checkpoints`, which must
/// outlive them. Without a folder there are none.
void add_checkpoint_options(Options& options, CheckpointOptions& checkpoints);

/// Throws Error(kBadOption) where one is given without the folder.
void finish_checkpoint_options(const Options& options, const CheckpointOptions& checkpoints);

}  // namespace mfpar::apps
