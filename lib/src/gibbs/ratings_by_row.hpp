// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <vector>

#include "base/parallel.hpp"
#include "compute/positives.hpp"
#include "mfpar/rating_store.hpp"

namespace mfpar {

/// The ratings of every row of one side: rows of the other side, ascending, and targets. 8 bytes
/// each.
struct RatingsByRow {
  Positives who;  ///< without confidences
  std::vector<float> targets;

  std::span<const float> targets_of(std::uint32_t row) const noexcept {
    return std::span(targets).subspan(who.offsets[row], who.count(row));
  }
};

/// The ratings by user, as the targets that they stand for.
RatingsByRow ratings_by_user(const RatingStore& ratings, const std::function<float(float)>& target,
                             const Workers& workers);

/// The same ratings by the other side, which has `rows`.
RatingsByRow transposed(const RatingsByRow& ratings, std::uint32_t rows);

}  // namespace mfpar
