// SPDX-License-Identifier: MIT
#pragma once

#include "base/parallel.hpp"
#include "loss/rating_scale.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/loss.hpp"
#include "mfpar/rating_source.hpp"
#include "mfpar/rating_store.hpp"

namespace mfpar {

/// Fits mean + b_u + b_i, for the best constant as the mean, by alternating least squares with the
/// ridge penalties of Koren (2010, "Factor in the Neighbors", section 2.1): 15 ratings' worth for
/// users, 10 for items. Losses other than squares are majorised at each step. Three sweeps; the
/// same for any number of threads.
BiasBaseline fit_bias_baseline(const RatingSource& ratings, LossChoice loss,
                               const RatingScale& scale, const Workers& workers);

/// The sum of the loss's errors of the model's bias baseline on `ratings`, clipped as the model's;
/// the same for any number of threads. REQUIRES: they share their indices, and the model has a
/// baseline.
double baseline_error(const FactorModel& model, const RatingStore& ratings, const Workers& workers);

}  // namespace mfpar
