// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/parallel.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// What one-class feedback is about, seen from one side: the positives of every row, which are
/// indices of the other side, ascending. 4 bytes each, and 4 more where they have confidences.
struct Positives {
  std::vector<std::uint64_t> offsets;  ///< rows + 1
  std::vector<std::uint32_t> indices;
  std::vector<float> confidences;  ///< by positive; none: 1 each

  std::uint32_t rows() const noexcept { return static_cast<std::uint32_t>(offsets.size() - 1); }
  std::uint64_t size() const noexcept { return indices.size(); }
  std::uint64_t count(std::uint32_t row) const noexcept { return offsets[row + 1] - offsets[row]; }
  std::span<const std::uint32_t> of(std::uint32_t row) const noexcept {
    return std::span(indices).subspan(offsets[row], count(row));
  }
  float confidence(std::uint64_t position) const noexcept {
    return confidences.empty() ? 1.0f : confidences[position];
  }
};

/// The ratings of at least `relevant` (all, without one), by user. `confidence`, where there is
/// one, says how much a positive of a value counts.
Positives positives_by_user(const RatingStore& ratings, std::optional<float> relevant,
                            const std::function<float(float)>& confidence, const Workers& workers);

/// The same positives by the other side, which has `rows`.
Positives transposed(const Positives& positives, std::uint32_t rows);

}  // namespace mfpar
