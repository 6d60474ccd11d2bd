// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "mfpar/types.hpp"

namespace mfpar {

/// Ranges of consecutive users, small enough for the ratings of one to be sorted within a core's
/// cache, up to a number that the caller can handle. With users in random order they hold about the
/// same number of ratings each.
class UserBuckets {
 public:
  UserBuckets(UserIndex users, std::uint64_t ratings, std::uint64_t most)
      : users_(users),
        count_(std::clamp<std::uint64_t>(ratings / kRatings, 1,
                                         std::clamp<std::uint64_t>(users, 1, most))),
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

}  // namespace mfpar
