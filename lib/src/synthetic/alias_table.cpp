// SPDX-License-Identifier: MIT
#include "synthetic/alias_table.hpp"

#include <cassert>
#include <cmath>
#include <numeric>
#include <utility>

namespace mfpar {

AliasTable::AliasTable(std::vector<double> weights)
    : weights_(std::move(weights)), slots_(weights_.size()) {
  assert(!slots_.empty() && slots_.size() <= 0xFFFFFFFFu);
  const double sum = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  assert(std::isfinite(sum) && sum > 0.0);

  // Shares of an average slot. Those below 1 are filled up by those above, each by one of them.
  std::vector<double> shares = weights_;
  std::vector<std::uint32_t> poor, rich;
  for (std::uint32_t i = 0; i < shares.size(); ++i) {
    shares[i] *= static_cast<double>(shares.size()) / sum;
    (shares[i] < 1.0 ? poor : rich).push_back(i);
  }
  while (!poor.empty() && !rich.empty()) {
    const std::uint32_t slot = poor.back(), donor = rich.back();
    poor.pop_back();
    slots_[slot] = {static_cast<std::uint32_t>(shares[slot] * 0x1p32), donor};
    shares[donor] -= 1.0 - shares[slot];
    if (shares[donor] < 1.0) {
      rich.pop_back();
      poor.push_back(donor);
    }
  }
  // What is left has a share of 1 but for rounding.
  for (const auto& rest : {poor, rich}) {
    for (const std::uint32_t slot : rest) slots_[slot] = {0xFFFFFFFFu, slot};
  }
}

}  // namespace mfpar
