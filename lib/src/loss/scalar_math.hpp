// SPDX-License-Identifier: MIT
//
// What losses use beside arithmetic, for single numbers; vector_math.inl and batch.inl of the
// kernels have the same for vectors.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>

namespace mfpar {

/// log(1 + e^x), without overflow.
template <std::floating_point Real>
Real softplus(Real x) {
  return std::max(x, Real(0)) + std::log1p(std::exp(-std::abs(x)));
}

/// 1 / (1 + e^-x)
template <std::floating_point Real>
Real sigmoid(Real x) {
  return Real(1) / (Real(1) + std::exp(-x));
}

/// x, or the bound that it is beyond.
template <std::floating_point Real>
Real clamp(Real x, float lowest, float highest) {
  return std::clamp(x, Real(lowest), Real(highest));
}

/// max(0, x), of what is no number itself.
template <std::floating_point Real>
Real positive_part(Real x) {
  return x < Real(0) ? Real(0) : x;
}

/// 1 above zero, else 0.
template <std::floating_point Real>
Real is_positive(Real x) {
  return x > Real(0) ? Real(1) : Real(0);
}

}  // namespace mfpar
