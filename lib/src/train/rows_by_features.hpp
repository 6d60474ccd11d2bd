// SPDX-License-Identifier: MIT
#pragma once

#include "base/parallel.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/rating_statistics.hpp"
#include "mfpar/train.hpp"

namespace mfpar {

/// A model whose rows take part in what their features make likely, and its mean clipped error on
/// the validation ratings; NaN without any.
struct RowsByFeatures {
  FactorModel model;
  double valid_error = EpochReport::kNotComputed;
};

/// What the features of the hooks make of `model`, side by side, items first. A ridge regression of
/// the rows that have ratings on their features, those of few ratings counting less, says what is
/// likely of each row; its penalty is the best of some for rows that are left out in turn. That is
/// what rows without ratings become, a linear mapping of attributes to factors as of Gantner,
/// Drumond, Freudenthaler, Rendle and Schmidt-Thieme (2010). With `fit_rated`, under squared loss,
/// all other rows of the side are then fitted to their ratings anew, held towards what is likely in
/// place of zero, and all this once more, as in a hierarchical linear model (regression-based
/// latent factors, Agarwal and Chen 2009); unless the validation ratings are predicted worse then.
/// The same for any number of threads. REQUIRES: a model of ratings; features, ratings and
/// statistics are of its rows.
RowsByFeatures rows_by_features(const FactorModel& model, bool fit_rated, const TrainHooks& hooks,
                                const RatingStore& ratings, const RatingStore& validation,
                                const RatingStatistics& statistics, const KernelSet& kernels,
                                const Workers& workers);

}  // namespace mfpar
