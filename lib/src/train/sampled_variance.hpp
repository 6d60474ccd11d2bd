// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "base/parallel.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "gibbs/ratings_by_row.hpp"
#include "gibbs/variance_trace.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/score_variance.hpp"

namespace mfpar {

/// How uncertain the predictions of `model`, the mean of some samples, are: of at most `rank`, in
/// the units of ratings, whose standard deviation is `deviation`. REQUIRES: two samples.
ScoreVariance sampled_variance(const VarianceTrace& trace, const FactorModel& model,
                               const RatingsByRow& by_user, const RatingsByRow& by_item,
                               double deviation, std::uint32_t rank, const KernelSet& kernels,
                               const Workers& workers);

/// All standard deviations times `scale`.
ScoreVariance scaled(const ScoreVariance& variance, double scale);

/// How intervals do on what was held out.
struct IntervalCheck {
  double coverage = 0.0;  ///< the share of ratings within their 90 % interval
  /// Of standard deviations, by which it would be 90 %; nearer 1 for few. 1 of models with an
  /// ordinal link, of which deviations make the probabilities of values.
  double scale = 1.0;
};
IntervalCheck check_intervals(const FactorModel& model, const RatingStore& held_out);

}  // namespace mfpar
