// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

#include "mfpar/fold_in.hpp"
#include "serve/fixed_side.hpp"
#include "serve/ridge_equations.hpp"
#include "serve/ridge_penalty.hpp"

namespace mfpar {

/// Of fewer ratings the others tell nothing.
inline constexpr std::size_t kLeastForLeaveOneOut = 3;

/// A penalty, and how well it predicts each rating from the others.
struct LeaveOneOut {
  RidgePenalty penalty;
  double mse = 0.0;
};

/// The best multiple of `base` from 1/32 to 32, in powers of two, for these ratings; of equal ones the
/// largest. Takes the eigenvalues of the smaller of X'X and XX', works in `equations`. REQUIRES: at
/// least one rating.
LeaveOneOut choose_penalty(std::span<const FoldInRating> ratings, const RidgePenalty& base,
                           const FixedSide& side, RidgeEquations& equations);

}  // namespace mfpar
