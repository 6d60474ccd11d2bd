// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace mfpar::apps {

/// A bucket of one second's requests that fills evenly. Safe from any number of threads.
class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;

  /// 0: no limit.
  explicit RateLimit(std::uint32_t per_second)
      : interval_(per_second == 0 ? 0 : 1'000'000'000 / per_second) {}

  /// Takes one, where there is one. Returns how long until there is, 0 where it was taken.
  std::chrono::nanoseconds take(Clock::time_point now) noexcept {
    if (interval_ == 0) return {};
    const std::int64_t at = now.time_since_epoch().count();
    // The generic cell rate algorithm (ITU-T I.371): a bucket is known by when it will be full.
    std::int64_t until = full_at_.load(std::memory_order_relaxed);
    for (;;) {
      const std::int64_t next = std::max(until, at) + interval_;
      if (next - at > kBurst) return std::chrono::nanoseconds(next - at - kBurst);
      if (full_at_.compare_exchange_weak(until, next, std::memory_order_relaxed)) return {};
    }
  }

  /// Takes so many, also those that are not there yet: who comes next waits for them.
  void owe(std::uint64_t count) noexcept {
    full_at_.fetch_add(static_cast<std::int64_t>(count) * interval_, std::memory_order_relaxed);
  }

 private:
  static constexpr std::int64_t kBurst = 1'000'000'000;  // nanoseconds
  const std::int64_t interval_;                          ///< between requests, in nanoseconds
  std::atomic<std::int64_t> full_at_{0};                 ///< when nothing will be missing
};

}  // namespace mfpar::apps
