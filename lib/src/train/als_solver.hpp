// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "mfpar/rating_store.hpp"
#include "mfpar/train_options.hpp"
#include "train/solver.hpp"

namespace mfpar {

/// Alternating least squares on one-class feedback: an epoch moves all users, then all items. Takes
/// 8 bytes a positive, 16 with confidences; the memory of `training` is freed where nobody else
/// holds it and all of it is positive. `workers` must outlive the solver. Throws Error(kBadData)
/// when nothing is positive, or a positive has a confidence that cannot be computed with. REQUIRES:
/// the unobserved weight is set.
std::unique_ptr<Solver> make_als_solver(RatingStore training, const TrainOptions& options,
                                        const FactorModel* init, const Workers& workers);

}  // namespace mfpar
