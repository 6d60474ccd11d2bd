// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "mfpar/feedback.hpp"

namespace mfpar {

/// Which trials go on: those that may still become better than half of those that have ended, as in
/// the median rule of Golovin, Solnik, Moitra et al. 2017 ("Google Vizier", section 3.2). What
/// others had reached after as many epochs would not be fair: small steps are slow, and in the end
/// the best. So a trial is credited with gaining once more what it has gained since half as many
/// epochs. Not synchronised.
class MedianRule {
 public:
  explicit MedianRule(Feedback feedback) : feedback_(feedback) {}

  /// A trial that nobody stopped has ended with this result.
  void add(double valid);

  /// Whether a trial goes on that has had these results, each the best up to an epoch, from epoch 0
  /// on. Judged after 4, 6, 8, ... epochs, when three or more have ended.
  bool goes_on(std::span<const double> results) const;

 private:
  Feedback feedback_;
  std::vector<double> ended_;  // the best first
};

}  // namespace mfpar
