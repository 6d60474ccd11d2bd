// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

#include "compute/normal_equations.hpp"

namespace mfpar {

/// Of fewer ratings the others say nothing.
inline constexpr std::size_t kMinForLeaveOneOut = 3;

/// `penalty` becomes its best multiple from 1/32 to 32, in powers of two, for the ratings that
/// `equations` were started with; of equal ones the largest. Returns the mean squared error of
/// predicting each rating from the others with it. Takes the eigenvalues of the smaller of X'X and
/// XX', works in `equations`.
/// REQUIRES: at least one rating.
double choose_penalty(NormalEquations& equations, std::span<const double> targets,
                      RidgePenalty& penalty);

}  // namespace mfpar
