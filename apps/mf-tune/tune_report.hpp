// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "common/json.hpp"
#include "mf-tune/tune_command.hpp"
#include "mfpar/tune.hpp"

namespace mfpar::apps {

/// "mse", or what else trials are judged by.
std::string metric_of(const TrainOptions& options);

/// "MSE 0.71234", "NDCG@10 0.36500"
std::string figure_text(const TrainOptions& options, double figure);

Json trial_json(const TuneTrial& trial);

/// The ten best trials and the first one, and how the best did on the test ratings.
std::string tune_table(const TuneCommand& command, const TuneResult& result);

/// The same of all trials, the best first.
Json tune_json(const TuneCommand& command, const TuneResult& result);

}  // namespace mfpar::apps
