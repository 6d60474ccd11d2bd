// SPDX-License-Identifier: MIT
#include "tune/median_rule.hpp"

#include <algorithm>
#include <cstddef>

#include "mfpar/tune.hpp"

namespace mfpar {

void MedianRule::add(double valid) {
  ended_.insert(
      std::ranges::upper_bound(ended_, valid,
                               [this](double a, double b) { return is_better(feedback_, a, b); }),
      valid);
}

bool MedianRule::goes_on(std::span<const double> results) const {
  constexpr std::size_t kFirst = 4, kFew = 3;
  const std::size_t epochs = results.size() - 1;
  if (epochs < kFirst || epochs % 2 != 0 || ended_.size() < kFew) return true;
  const double now = results[epochs];
  const double hoped_for = now + (now - results[epochs / 2]);
  return !is_better(feedback_, ended_[ended_.size() / 2], hoped_for);
}

}  // namespace mfpar
