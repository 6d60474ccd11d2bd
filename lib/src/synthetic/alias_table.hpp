// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.hpp"

namespace mfpar {

/// Draws indices with given probabilities in constant time (Walker 1977; built as in Vose 1991).
/// Immutable; safe from any number of threads.
class AliasTable {
 public:
  /// Index i is drawn in proportion to weights[i]. REQUIRES: at least one weight, all of them
  /// finite and not negative, a positive sum.
  explicit AliasTable(std::vector<double> weights);

  std::span<const double> weights() const noexcept { return weights_; }

  std::uint32_t draw(Random& random) const {
    const std::uint64_t bits = random.next();
    const std::uint64_t slot = ((bits >> 32) * slots_.size()) >> 32;
    const auto coin = static_cast<std::uint32_t>(bits);
    return coin < slots_[slot].keep ? static_cast<std::uint32_t>(slot) : slots_[slot].other;
  }

 private:
  struct Slot {
    std::uint32_t keep;   // of 2^32 coins, how many give the slot's own index
    std::uint32_t other;  // what the others give
  };

  std::vector<double> weights_;
  std::vector<Slot> slots_;
};

}  // namespace mfpar
