// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>

namespace mfpar {

/// What a hit at `rank`, from 1, counts in DCG.
inline double rank_discount(std::size_t rank) noexcept {
  return 1.0 / std::log2(static_cast<double>(rank) + 1.0);
}

}  // namespace mfpar
