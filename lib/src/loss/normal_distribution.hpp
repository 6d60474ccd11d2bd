// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <numbers>

namespace mfpar {

/// Of a standard normal number; x may be infinite.
inline double normal_density(double x) {
  return std::exp(-x * x / 2.0) / std::sqrt(2.0 * std::numbers::pi);
}

/// The probability of at most x.
inline double normal_below(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2.0; }

}  // namespace mfpar
