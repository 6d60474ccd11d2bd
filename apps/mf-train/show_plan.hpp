// SPDX-License-Identifier: MIT
#pragma once

#include "mf-train/train_command.hpp"

namespace mfpar::apps {

/// What mf-train --plan does: prints what training would take, in memory and streamed, and logs it
/// where there is a --log-json. Returns the exit code; throws Error.
int show_plan(const TrainCommand& command);

}  // namespace mfpar::apps
