// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "mfpar/factor_model.hpp"

namespace mfpar::apps {

/// What a model contains and how it was trained, as a report to read.
std::string model_report(const FactorModel& model);

/// The same as one JSON object on a line: rank, users, items, biases, mean, clipped, lowest,
/// highest, trained, held_out (numbers of ratings), baseline (null mean where there is none),
/// training (options, seed, ratings, fingerprint, best_epoch, epochs, and the errors of the best
/// epoch) and bytes of each array.
std::string model_json(const FactorModel& model);

}  // namespace mfpar::apps
