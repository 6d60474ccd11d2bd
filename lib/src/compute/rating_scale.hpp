// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "base/parallel.hpp"
#include "mfpar/rating_store.hpp"

namespace mfpar {

/// How ratings are standardised for training, (rating - mean) / deviation, so that one learning
/// rate and one penalty serve every rating scale.
struct RatingScale {
  float average = 0.0f;    ///< the mean rating
  float mean = 0.0f;       ///< what is subtracted: the mean rating, or 0 when it is not centred
  float deviation = 1.0f;  ///< standard deviation of the ratings; 1 when they are all the same
  RatingRange range;       ///< of the ratings, in rating units

  float standardise(float rating) const { return (rating - mean) / deviation; }
};

/// Measures the ratings of a store, the same for any number of threads. REQUIRES: it is not empty.
RatingScale measure_scale(const RatingStore& ratings, bool centre, const Workers& workers);

/// The standardised value of each code of a compact store.
std::vector<float> standardised_values(const RatingStore& ratings, const RatingScale& scale);

/// How many ratings each item has.
std::vector<std::uint32_t> count_item_ratings(const RatingStore& ratings, const Workers& workers);

}  // namespace mfpar
