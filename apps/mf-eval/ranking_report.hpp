// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mf-eval/ranking_command.hpp"
#include "mfpar/ranking_metrics.hpp"

namespace mfpar::apps {

/// What was found of one way to make lists.
struct RankedLists {
  std::string name;  ///< of the model's file, or of the baseline
  std::string key;   ///< in JSON
  bool is_baseline = false;
  bool keeps_ratings = true;  ///< without, there is no popularity
  std::string rank_by;        ///< of a model
  std::uint32_t least_ratings = 0;
  std::uint32_t items = 0;             ///< in the catalogue
  std::optional<double> penalty = {};  ///< of EASE
  std::optional<double> weight = {};   ///< of EASE, in a mixture
  RankingMeasures measures;
  std::vector<BootstrapInterval> intervals;  ///< none without a bootstrap
};

/// What was measured, for a person or a program.
struct RankingReport {
  std::uint64_t users = 0;
  std::uint64_t without_relevant = 0;  ///< users of the test
  std::uint64_t unknown_users = 0;
  std::uint64_t relevant = 0;                   ///< pairs of user and item
  std::uint64_t unknown_items = 0;              ///< pairs of which no model has the item
  std::uint64_t trained_on = 0;                 ///< pairs that lists leave out
  std::vector<RankedLists> lists;               ///< the models first
  std::vector<BootstrapDifference> difference;  ///< the second less the first, where there are two
  double seconds = 0.0;                         ///< to make and measure the models' lists
};

/// One JSON object on a line; EVAL.md describes it.
std::string ranking_json(const RankingReport& report, const RankingCommand& command);

/// The same as tables to read.
std::string ranking_tables(const RankingReport& report, const RankingCommand& command);

}  // namespace mfpar::apps
