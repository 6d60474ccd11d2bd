// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "loss/rating_scale.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

/// Throws Error(kBadData) for ratings that are not labels of both kinds, naming the loss.
inline void require_labels(const RatingDistribution& ratings, const std::string& loss) {
  const RatingRange range = ratings.range();
  const bool zero_and_one = range.lowest == 0.0f && range.highest == 1.0f;
  const bool minus_and_one = range.lowest == -1.0f && range.highest == 1.0f;
  if (ratings.is_two_valued() && (zero_and_one || minus_and_one)) return;
  const std::string found = range.lowest == range.highest
                                ? "all ratings are " + shortest_decimal(range.lowest)
                                : "ratings from " + shortest_decimal(range.lowest) + " to " +
                                      shortest_decimal(range.highest) +
                                      (ratings.is_two_valued() ? "" : ", others between");
  throw Error(ErrorCode::kBadData,
              "the " + loss +
                  " loss learns from labels, 0 and 1 or -1 and 1, both of them there; found: " +
                  found + "; convert the ratings, or choose --loss squared");
}

}  // namespace mfpar
