// SPDX-License-Identifier: MIT
#include "train/halving.hpp"

#include <algorithm>
#include <cstddef>

#include "mfpar/tune.hpp"

namespace mfpar {

namespace {

bool is_rung(int epoch) {
  constexpr int kFirst = 3;
  int rung = kFirst;
  while (rung < epoch) rung *= 2;
  return rung == epoch;
}

}  // namespace

bool Halving::goes_on(int epoch, double valid) {
  constexpr std::size_t kFew = 3;
  if (!is_rung(epoch)) return true;
  std::vector<double>& rung = rungs_[epoch];
  const auto place = std::ranges::upper_bound(
      rung, valid, [this](double a, double b) { return is_better(feedback_, a, b); });
  const auto before = static_cast<std::size_t>(place - rung.begin());
  rung.insert(place, valid);
  return rung.size() <= kFew || before < (rung.size() + 1) / 2;
}

}  // namespace mfpar
