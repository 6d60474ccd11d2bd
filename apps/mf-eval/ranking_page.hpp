// SPDX-License-Identifier: MIT
#pragma once

#include "common/report/page.hpp"
#include "mf-eval/ranking_report.hpp"

namespace mfpar::apps {

/// The page of --ranking --report.
Page ranking_page(const RankingReport& report, const RankingCommand& command);

}  // namespace mfpar::apps
