// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "mf-tune/tune_command.hpp"
#include "mfpar/tune.hpp"

namespace mfpar::apps {

/// How a search stands and how long it can still take.
std::string progress_text(const TuneCommand& command, const TuneProgress& progress);

}  // namespace mfpar::apps
