// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "base/parallel.hpp"
#include "compute/band_store.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/train_options.hpp"

namespace mfpar {

/// A run of users, [begin, end).
struct UserRange {
  UserIndex begin = 0;
  UserIndex end = 0;
};

/// The squared errors of `model` on the ratings of `users`, in rating units, by the vectorised
/// error kernel in parallel; summed in one order, so that the result does not depend on the
/// threads. REQUIRES: model and store share their indices.
PassSums model_errors(const FactorModel& model, const RatingStore& ratings, UserRange users,
                      const KernelSet& kernels, const Workers& workers);

/// The same on all ratings of `bands`, for which the sums may differ by rounding.
PassSums model_errors(const FactorModel& model, const BandStore& bands, const KernelSet& kernels,
                      const Workers& workers);

/// The penalty in the reported objective: sum over rows of n^(1-e) (lambda_factors |row|^2 +
/// lambda_biases b^2), in squared rating units. The lambdas are those of the standardised problem;
/// `deviation` is what ratings were divided by. The weights hold n^(1-e) of each row.
double model_penalty(const FactorModel& model, std::span<const float> user_weights,
                     std::span<const float> item_weights, const TrainOptions& options,
                     float deviation, const Workers& workers);

}  // namespace mfpar
