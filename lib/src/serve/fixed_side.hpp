// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "mfpar/factor_model.hpp"
#include "mfpar/fold_in.hpp"

namespace mfpar {

/// The side of a model that stays as it is while a row joins the other: items for a new user.
/// Immutable; looks at the model's memory.
struct FixedSide {
  const float* rows = nullptr;
  const float* biases = nullptr;
  std::size_t stride = 0;
  std::uint32_t count = 0;
  std::uint32_t rank = 0;
  bool has_biases = false;
  double mean = 0.0;

  /// What is looked for: the factors, and the bias after them where the model has biases.
  std::size_t unknowns() const noexcept { return rank + std::size_t{has_biases}; }

  const float* row(std::uint32_t index) const noexcept { return rows + index * stride; }

  /// What factors and bias of the new row are to explain of a rating.
  double target(const FoldInRating& rating) const noexcept {
    return double{rating.value} - mean - biases[rating.index];
  }
};

/// What a row of `joining` is folded in on.
FixedSide fixed_side(const FactorModel& model, Entity joining);

}  // namespace mfpar
