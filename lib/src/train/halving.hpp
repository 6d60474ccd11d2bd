// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <vector>

#include "mfpar/feedback.hpp"

namespace mfpar {

/// Which trials go on, by what all had reached after as many epochs: successive halving in which
/// nobody waits (Li, Jamieson, Rostamizadeh et al. 2020). Not synchronised.
class Halving {
 public:
  explicit Halving(Feedback feedback) : feedback_(feedback) {}

  /// A trial has done `epoch` epochs, and `valid` is its best result so far. False where it is to
  /// end: at rungs of 3, 6, 12, ... epochs, when it is not in the better half of the trials that
  /// came there, and these are more than three.
  bool goes_on(int epoch, double valid);

 private:
  Feedback feedback_;
  std::map<int, std::vector<double>> rungs_;  // what came there, the best first
};

}  // namespace mfpar
