// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "base/parallel.hpp"
#include "loss/rating_scale.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/loss.hpp"
#include "mfpar/rating_source.hpp"
#include "mfpar/rating_store.hpp"

namespace mfpar {

/// What training needs to know of its ratings, measured once.
struct RatingStatistics {
  std::uint64_t count = 0;
  std::vector<std::uint32_t> user_counts;  ///< ratings of each user
  std::vector<std::uint32_t> item_counts;
  RatingScale scale;
  std::uint64_t fingerprint = 0;  ///< see rating_fingerprint()
  BiasBaseline baseline;
};

/// Ratings of each user.
std::vector<std::uint32_t> user_counts_of(const RatingSource& ratings);

/// Counts ratings: without scale and baseline.
RatingStatistics count_ratings(const RatingSource& ratings, const Workers& workers);
RatingStatistics count_ratings(const RatingStore& ratings, const Workers& workers);

/// Measures ratings under a loss; `centred` where the model has biases. The same for
/// any number of threads. Throws Error(kBadData) for ratings that the loss cannot learn from.
/// REQUIRES: there are some.
RatingStatistics measure_ratings(const RatingSource& ratings, LossChoice loss, bool centred,
                                 const Workers& workers);
RatingStatistics measure_ratings(const RatingStore& ratings, LossChoice loss, bool centred,
                                 const Workers& workers);

}  // namespace mfpar
