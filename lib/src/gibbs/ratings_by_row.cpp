// SPDX-License-Identifier: MIT
#include "gibbs/ratings_by_row.hpp"

#include <utility>

namespace mfpar {

RatingsByRow ratings_by_user(const RatingStore& ratings, const std::function<float(float)>& target,
                             const Workers& workers) {
  Positives rated = positives_by_user(ratings, std::nullopt, target, workers);
  std::vector<float> targets = std::exchange(rated.confidences, {});
  return {std::move(rated), std::move(targets)};
}

RatingsByRow transposed(const RatingsByRow& ratings, std::uint32_t rows) {
  Positives with_targets = ratings.who;
  with_targets.confidences = ratings.targets;
  Positives turned = transposed(with_targets, rows);
  std::vector<float> targets = std::exchange(turned.confidences, {});
  return {std::move(turned), std::move(targets)};
}

}  // namespace mfpar
