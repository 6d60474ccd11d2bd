// SPDX-License-Identifier: MIT
#include "compute/row_norms.hpp"

#include <cassert>
#include <numeric>

namespace mfpar {

float row_norm(const float* row, std::size_t width) {
  assert(width % 8 == 0);
  // Eight sums that do not wait for each other, which the compiler puts into vectors.
  float sums[8] = {};
  for (std::size_t f = 0; f < width; f += 8) {
    for (std::size_t lane = 0; lane < 8; ++lane) sums[lane] += row[f + lane] * row[f + lane];
  }
  return std::accumulate(sums, sums + 8, 0.0f);
}

void refresh_norms(const RowRecords& side, Range rows) {
  for (std::size_t row = rows.begin; row < rows.end; ++row) {
    side.state(row).norm = row_norm(side.row(row), factor_width(side.rank));
  }
}

}  // namespace mfpar
