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
    double thread_share = 1.0;  ///< of the search's threads, that it had
  };
  std::optional<Found> best;
  std::optional<Found> first;  ///< none where it learnt nothing
};

/// How long it is likely to take to learn once more, with all threads, what took `seconds` with a
/// share of them.
double again_seconds(const TuneRatings& ratings, double seconds, double thread_share = 1.0);

/// The same of both trials.
double refit_seconds(const TuneRatings& ratings, const FoundTrials& found);

/// The hooks of each training of a search.
TrainHooks hooks_of_trainings(const TuneHooks& hooks, std::stop_token stop);

/// Fills what a result says of the best trial: learns once more by it and the first one, unless
/// there is no time or a stop was requested, and measures both on the test ratings. REQUIRES: there
/// is a best.
void finish_search(const TuneRatings& ratings, const TuneOptions& options, const TuneHooks& hooks,
                   bool has_time, FoundTrials found, TuneResult& result);

}  // namespace mfpar
