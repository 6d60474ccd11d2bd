// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "base/parallel.hpp"
#include "compute/bands.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/objective.hpp"
#include "compute/rank_share.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/rating_store.hpp"

namespace mfpar {

/// The errors of `model`, by its loss, on all of `ratings`, in the units of its scores, by the
/// vectorised error kernel in parallel; summed in one order, so that the result does not depend on
/// the threads. REQUIRES: model and store share their indices.
PassSums model_errors(const FactorModel& model, const RatingStore& ratings,
                      const KernelSet& kernels, const Workers& workers);

/// The same on all ratings of `bands`, for which the sums may differ by rounding. Of several ranks
/// each has its bands, makes the call, and gets the sums of all. Throws what reading them throws.
PassSums model_errors(const FactorModel& model, const Bands& bands, const KernelSet& kernels,
                      const Workers& workers, const RankShare* share = nullptr);

/// And on other ratings, added up band by band of users: as for `bands`.
PassSums model_errors(const FactorModel& model, const RatingStore& ratings, const Bands& bands,
                      const KernelSet& kernels, const Workers& workers,
                      const RankShare* share = nullptr);

/// The sum of what the rows are charged, for the weights of the users' and of the items' rows. The
/// users' are added up band by band; ranks as in model_errors().
double model_penalty(const FactorModel& model, const Bands& bands,
                     std::span<const float> user_weights, std::span<const float> item_weights,
                     const PenaltyCharges& charges, const Workers& workers,
                     const RankShare* share = nullptr);

}  // namespace mfpar
