// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/partition.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// Ranges of consecutive users, small enough for the ratings of one to be sorted within a core's
/// cache, up to a number that the caller can handle. With users in random order they hold about the
/// same number of ratings each.
class UserBuckets {
 public:
  UserBuckets(UserIndex users, std::uint64_t ratings, std::uint64_t max_buckets)
      : users_(users),
        count_(std::clamp<std::uint64_t>(ratings / kRatings, 1,
                                         std::clamp<std::uint64_t>(users, 1, max_buckets))),
        scale_((std::uint64_t{count_} << 32) / std::max<UserIndex>(users, 1)) {}

  std::size_t count() const { return count_; }

  /// The bucket of `user`.
  std::size_t of(UserIndex user) const { return (user * scale_) >> 32; }

  /// The first user of `bucket`; for count(), the number of users.
  UserIndex begin(std::size_t bucket) const {
    const std::uint64_t first = ((std::uint64_t{bucket} << 32) + scale_ - 1) / scale_;
    return static_cast<UserIndex>(std::min<std::uint64_t>(first, users_));
  }

 private:
  static constexpr std::uint64_t kRatings = std::uint64_t{1} << 13;

  UserIndex users_;
  std::size_t count_;
  std::uint64_t scale_;  ///< buckets a user, in units of 2^-32, rounded down
};

/// Where the things of each chunk go when they are scattered into buckets: a histogram and its
/// prefix sums. Buckets stand one behind the other, and within a bucket chunks do.
class ScatterOffsets {
 public:
  ScatterOffsets(std::size_t chunks, std::size_t buckets)
      : chunks_(chunks), buckets_(buckets), table_(chunks * buckets), starts_(buckets + 1) {}

  /// A number for each bucket: how many things of the chunk go there, and after add_up() where the
  /// next one does.
  std::span<std::uint64_t> of(std::size_t chunk) {
    return std::span(table_).subspan(chunk * buckets_, buckets_);
  }

  void add_up() {
    std::uint64_t start = 0;
    for (std::size_t b = 0; b < buckets_; ++b) {
      starts_[b] = start;
      for (std::size_t c = 0; c < chunks_; ++c) {
        start += std::exchange(table_[c * buckets_ + b], start);
      }
    }
    starts_[buckets_] = start;
  }

  /// The positions of `bucket`, after add_up().
  Range range(std::size_t bucket) const { return {starts_[bucket], starts_[bucket + 1]}; }
  std::uint64_t size() const { return starts_.back(); }

 private:
  std::size_t chunks_;
  std::size_t buckets_;
  std::vector<std::uint64_t> table_;
  std::vector<std::uint64_t> starts_;
};

}  // namespace mfpar
