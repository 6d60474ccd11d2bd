// SPDX-License-Identifier: MIT
#pragma once

#include "mf-eval/ranking_command.hpp"

namespace mfpar::apps {

/// mf-eval --ranking: measures lists and prints the report. Returns the exit code; throws Error.
int run_ranking(const RankingCommand& command);

}  // namespace mfpar::apps
