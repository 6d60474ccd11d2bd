// SPDX-License-Identifier: MIT
#include "base/partition.hpp"

#include <algorithm>

namespace mfpar {

std::vector<std::uint32_t> balanced_boundaries(std::span<const std::uint64_t> offsets,
                                               std::size_t parts) {
  std::vector<std::uint32_t> boundaries{0};
  if (offsets.size() < 2) return boundaries;
  const std::uint64_t first = offsets.front();
  const std::uint64_t total = offsets.back() - first;
  const auto rows = static_cast<std::uint32_t>(offsets.size() - 1);
  for (std::size_t part = 1; part < parts; ++part) {
    const auto wanted = first + even_range(total, parts, part).begin;
    const auto row = static_cast<std::uint32_t>(
        std::lower_bound(offsets.begin(), offsets.end(), wanted) - offsets.begin());
    if (row > boundaries.back() && row < rows) boundaries.push_back(row);
  }
  boundaries.push_back(rows);
  return boundaries;
}

}  // namespace mfpar
