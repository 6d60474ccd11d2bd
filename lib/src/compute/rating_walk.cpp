// SPDX-License-Identifier: MIT
#include "compute/rating_walk.hpp"

namespace mfpar {

RatingWalk::RatingWalk(const RatingTable& ratings) : chunks_(&ratings.impl().chunks) {
  for (const RatingChunk& chunk : *chunks_) {
    starts_.push_back(size_);
    size_ += chunk.size();
  }
}

std::size_t RatingWalk::chunk_of(std::uint64_t position) const {
  const auto next = std::upper_bound(starts_.begin(), starts_.end(), position);
  return static_cast<std::size_t>(next - starts_.begin()) - 1;
}

}  // namespace mfpar
