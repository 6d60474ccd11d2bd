// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <stop_token>

#include "mfpar/train.hpp"
#include "mfpar/tune.hpp"

namespace mfpar {

/// What a search keeps of its trials: the best so far and the first one, with their models.
struct FoundTrials {
  struct Found {
    TuneTrial trial;
    TrainResult result;
  };
  std::optional<Found> best;
  std::optional<Found> first;  ///< none where it learnt nothing
};

/// How long it is likely to take to learn once more by both.
double refit_seconds(const TuneRatings& ratings, const FoundTrials& found);

/// Fills what a result says of the best trial: learns once more by it and the first one, unless
/// there is no time or a stop was requested, and measures both on the test ratings. REQUIRES: there
/// is a best.
void finish_search(const TuneRatings& ratings, const TuneOptions& options,
                   const std::stop_token& stop, bool has_time, FoundTrials found,
                   TuneResult& result);

}  // namespace mfpar
