// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mfpar/fold_in.hpp"

namespace mfpar {

/// Throws Error(kBadData) unless `value` is finite, naming its position.
void check_rating(float value, std::size_t position);

/// Those ratings of a row that can be fitted: of each index that the model has, the last. Keeps its
/// memory from one row to the next; one thread at a time.
class KnownRatings {
 public:
  /// Throws Error(kBadData) for a value that is not finite, wherever it stands. Takes time linear in
  /// the ratings.
  void take(std::span<const FoldInRating> ratings, std::uint32_t index_count);

  /// In the order in which their indices first came.
  std::span<const FoldInRating> ratings() const noexcept { return kept_; }
  std::uint32_t unknown() const noexcept { return unknown_; }
  std::uint32_t duplicates() const noexcept { return duplicates_; }

 private:
  std::uint32_t& slot_of(std::uint32_t index);

  std::vector<FoldInRating> kept_;
  std::vector<std::uint32_t> slots_;  ///< open addressing: 1 + a position in kept_, or 0
  std::uint32_t unknown_ = 0;
  std::uint32_t duplicates_ = 0;
};

}  // namespace mfpar
