// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "mfpar/fold_in.hpp"

namespace mfpar {

/// Ratings that come, change and go, in the order in which their indices came. `const` calls are safe
/// from many threads.
class HeldRatings {
 public:
  /// Takes the rating; returns the value that it replaces, if any.
  std::optional<float> put(const FoldInRating& rating);

  /// Returns the value of the rating that was there, if any.
  std::optional<float> erase(std::uint32_t index);

  std::span<const FoldInRating> ratings() const noexcept { return ratings_; }
  std::size_t size() const noexcept { return ratings_.size(); }

 private:
  std::size_t position_of(std::uint64_t arrival) const;

  std::vector<FoldInRating> ratings_;
  std::vector<std::uint64_t> arrivals_;  ///< of the ratings: ascending, so positions can be found
  std::unordered_map<std::uint32_t, std::uint64_t> arrival_of_;  ///< by index
  std::uint64_t next_arrival_ = 0;
};

}  // namespace mfpar
