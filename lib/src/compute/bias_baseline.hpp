// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "base/parallel.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/rating_store.hpp"

namespace mfpar {

/// Fits mean + b_u + b_i, for a given mean, by alternating least squares with the ridge penalties
/// of Koren (2010, "Factor in the Neighbors", section 2.1): 15 ratings' worth for users, 10 for
/// items. Three sweeps; the same for any number of threads.
BiasBaseline fit_bias_baseline(const RatingStore& ratings, float mean,
                               std::span<const std::uint32_t> item_counts, const Workers& workers);

/// The squared error of the model's bias baseline on `ratings`, clipped to the model's range; the
/// same for any number of threads. REQUIRES: they share their indices, and the model has a
/// baseline.
double baseline_error(const FactorModel& model, const RatingStore& ratings, const Workers& workers);

}  // namespace mfpar
