// SPDX-License-Identifier: MIT
#include "compute/row_norms.hpp"

#include <span>

#include "base/partition.hpp"
#include "compute/objective.hpp"

namespace mfpar {

void refresh_norms(const FactorSide& side, std::uint32_t rows, std::size_t stride,
                   const Workers& workers) {
  constexpr std::size_t kPieces = 256;
  workers.for_each(kPieces, [&](std::size_t piece) {
    const Range range = even_range(rows, kPieces, piece);
    for (std::size_t row = range.begin; row < range.end; ++row) {
      const std::span<const float> factors(side.rows + row * stride, stride);
      side.heads[row].norm = dot(factors, factors);
    }
  });
}

}  // namespace mfpar
