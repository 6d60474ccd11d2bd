// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace mfpar::apps {

/// Where an axis is marked.
struct Tick {
  double at = 0.0;
  std::string text;
};

/// What an axis shows.
struct AxisRange {
  double low = 0.0;
  double high = 1.0;
};

/// `range` as wide as an axis can be: with some room at both ends, and never of one point.
AxisRange roomy(AxisRange range);

/// Marks within `range` at multiples of 1, 2 or 5 times a power of ten, about `wanted` of them; as
/// percentages where asked for. Three at least, unless `range` has no width.
std::vector<Tick> nice_ticks(AxisRange range, int wanted, bool percentages = false);

}  // namespace mfpar::apps
