// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "mfpar/types.hpp"

namespace mfpar::apps {

/// Groups of ratings by their value: the distinct values or, where these are many, ranges of equal
/// width. Told of all values first, and then asked. Not synchronised.
class ValueBins {
 public:
  void tell(float value);

  /// Whether a group is one value.
  bool are_values() const { return values_.size() <= kMostValues; }
  std::size_t size() const { return are_values() ? values_.size() : kRanges; }
  /// The group of a value that it was told of.
  std::size_t find(float value) const;
  double middle(std::size_t bin) const;
  /// "3.5", or "2 to 4".
  std::string name(std::size_t bin) const;

  /// Of all values.
  RatingRange range() const { return range_; }

 private:
  static constexpr std::size_t kMostValues = 20, kRanges = 12;

  double width() const { return (double{range_.highest} - range_.lowest) / kRanges; }

  std::vector<float> values_;  // ascending; one more than kMostValues at most
  RatingRange range_;
};

}  // namespace mfpar::apps
