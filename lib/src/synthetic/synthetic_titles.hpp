// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/random.hpp"

namespace mfpar {

/// Film-like titles, "The Crimson Harbour (1994)", all different for the numbers from 0 on.
/// Immutable; safe from any number of threads.
class SyntheticTitles {
 public:
  explicit SyntheticTitles(std::uint64_t seed);

  std::string title(std::uint64_t number) const;

 private:
  std::uint64_t seed_;
  RandomPermutation order_;
};

/// The genres of an item with these factors, strongest first, separated by "|": every dimension of
/// the factors is a genre, and an item belongs to those, three at most, in which it is above
/// `strong`; to its strongest if there is none.
std::string genres_of(std::span<const float> factors, double strong);

}  // namespace mfpar
