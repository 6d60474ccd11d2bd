// SPDX-License-Identifier: MIT
#pragma once

#include "mf-train/train_command.hpp"

namespace mfpar::apps {

/// Refuses what would destroy something, and what could not be saved, before any work is done.
/// Throws Error(kBadOption), Error(kSystem). `model_path_given`: by --output.
void check_train_outputs(const TrainCommand& command, bool model_path_given);

}  // namespace mfpar::apps
