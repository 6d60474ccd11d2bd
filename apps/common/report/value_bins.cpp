// SPDX-License-Identifier: MIT
#include "common/report/value_bins.hpp"

#include <algorithm>

#include "common/report/markup.hpp"
#include "mfpar/decimal.hpp"

namespace mfpar::apps {

void ValueBins::tell(float value) {
  const bool is_first = values_.empty();
  range_.lowest = is_first ? value : std::min(range_.lowest, value);
  range_.highest = is_first ? value : std::max(range_.highest, value);
  if (!are_values()) return;
  const auto place = std::ranges::lower_bound(values_, value);
  if (place == values_.end() || *place != value) values_.insert(place, value);
}

std::size_t ValueBins::find(float value) const {
  if (are_values()) {
    return static_cast<std::size_t>(std::ranges::lower_bound(values_, value) - values_.begin());
  }
  const double at = (double{value} - range_.lowest) / width();
  return std::min(static_cast<std::size_t>(std::max(at, 0.0)), kRanges - 1);
}

double ValueBins::middle(std::size_t bin) const {
  if (are_values()) return values_[bin];
  return range_.lowest + (static_cast<double>(bin) + 0.5) * width();
}

std::string ValueBins::name(std::size_t bin) const {
  if (are_values()) return shortest_decimal(values_[bin]);
  const double from = range_.lowest + static_cast<double>(bin) * width();
  return significant(from, 3) + " to " + significant(from + width(), 3);
}

}  // namespace mfpar::apps
