// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/partition.hpp"

namespace mfpar {

/// How many things of each chunk fall into each bucket, and with it where each goes: buckets stand
/// one behind the other, and within a bucket chunks do.
class Placement {
 public:
  Placement(std::size_t chunks, std::size_t buckets)
      : chunks_(chunks), buckets_(buckets), table_(chunks * buckets), starts_(buckets + 1) {}

  /// A number for each bucket: counts at first, the next position of the chunk after finish().
  std::span<std::uint64_t> of(std::size_t chunk) {
    return std::span(table_).subspan(chunk * buckets_, buckets_);
  }

  void finish() {
    std::uint64_t start = 0;
    for (std::size_t b = 0; b < buckets_; ++b) {
      starts_[b] = start;
      for (std::size_t c = 0; c < chunks_; ++c) {
        start += std::exchange(table_[c * buckets_ + b], start);
      }
    }
    starts_[buckets_] = start;
  }

  /// The positions of `bucket`, after finish().
  Range range(std::size_t bucket) const { return {starts_[bucket], starts_[bucket + 1]}; }
  std::uint64_t size() const { return starts_.back(); }

 private:
  std::size_t chunks_;
  std::size_t buckets_;
  std::vector<std::uint64_t> table_;
  std::vector<std::uint64_t> starts_;
};

}  // namespace mfpar
