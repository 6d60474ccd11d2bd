// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mfpar {

/// A half-open range of positions.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t size() const noexcept { return end - begin; }
};

/// The `part`-th of `parts` contiguous, disjoint ranges that cover [0, size): the one place that
/// splits evenly. Sizes differ by at most one. REQUIRES: part < parts.
constexpr Range even_range(std::size_t size, std::size_t parts, std::size_t part) {
  const std::size_t each = size / parts;
  const std::size_t longer = size % parts;
  const std::size_t begin = part * each + (part < longer ? part : longer);
  return {begin, begin + each + (part < longer ? 1 : 0)};
}

/// Cuts the rows described by `offsets` (row r holds offsets[r+1] - offsets[r] elements) into at
/// most `parts` contiguous, non-empty runs of rows with about the same number of elements. Returns
/// the boundaries: first 0, last offsets.size() - 1, strictly increasing (one boundary, 0, for no
/// rows).
std::vector<std::uint32_t> balanced_boundaries(std::span<const std::uint64_t> offsets,
                                               std::size_t parts);

}  // namespace mfpar
