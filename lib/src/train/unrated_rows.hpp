// SPDX-License-Identifier: MIT
#pragma once

#include "base/parallel.hpp"
#include "compute/rating_statistics.hpp"
#include "mfpar/train.hpp"

namespace mfpar {

/// `model`, in which users and items that have features in the hooks, and no ratings in training,
/// have the factors and biases that their features make likely: a ridge regression of the rows that
/// have ratings, weighing more the more they are. Its penalty is the best of some for rows that are
/// left out in turn. All other rows stay as they are. A linear mapping of attributes to factors, as
/// of Gantner, Drumond, Freudenthaler, Rendle and Schmidt-Thieme (2010). The same for any number of
/// threads. REQUIRES: a model of ratings; features and statistics are of its rows.
FactorModel with_unrated_rows(FactorModel model, const TrainHooks& hooks,
                              const RatingStatistics& statistics, const Workers& workers);

}  // namespace mfpar
