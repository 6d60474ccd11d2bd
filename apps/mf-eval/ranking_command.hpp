// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/options.hpp"
#include "mfpar/read_ratings.hpp"
#include "mfpar/recommender.hpp"

namespace mfpar::apps {

/// What mf-eval --ranking was asked to do.
struct RankingCommand {
  bool is_asked = false;            ///< --ranking was given
  std::vector<std::string> models;  ///< one, or two to compare
  std::string test;
  std::string given;
  std::vector<std::uint32_t> cuts{10, 20, 100};  ///< ascending
  std::optional<float> relevant;                 ///< the lowest rating that counts
  std::optional<RankBy> rank_by;
  std::optional<std::uint32_t> least_ratings;
  std::uint32_t resamples = 1000;  ///< 0: no bootstrap
  std::uint64_t seed = 1;
  bool no_baselines = false;   ///< neither popularity nor cosine
  std::optional<double> ease;  ///< the penalty; none: no EASE
  double ease_weight = 0.5;    ///< in the mixture with a model
  bool json = false;
  std::string report;  ///< a page
  ReadOptions read;
};

/// Declares --ranking and the options that go with it. `command` must outlive `options`.
void add_ranking_options(Options& options, RankingCommand& command);

/// Refuses those that go with --ranking or --ease without it. Throws Error(kBadOption).
void check_ranking_options(const Options& options, const RankingCommand& command);

}  // namespace mfpar::apps
