// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace mfpar {

/// A value that is exchanged for the next while others read it. A reader keeps what current()
/// gives, alive and unchanged, for as long as it likes. Safe from any number of threads, whose
/// locks are of the type `Mutex`; tests put one in its place that plays every order in which
/// threads can come.
//
// std::atomic<std::shared_ptr> would do for `current_`, but is a lock all the same in libstdc++ 12,
// one that ThreadSanitizer cannot see.
template <class Value, class Mutex = std::mutex>
class Exchanged {
 public:
  using Pointer = std::shared_ptr<const Value>;

  explicit Exchanged(Pointer first) : current_(std::move(first)) {}

  /// Never waits for an exchange.
  Pointer current() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }

  /// Puts make(value as it is) in the place of it, and returns it. Exchanges wait for one another,
  /// so that nothing comes between what `make` sees and its place being taken. When `make` throws,
  /// nothing changes.
  template <class Make>
  Pointer exchange(const Make& make) {
    const std::lock_guard one_at_a_time(exchanging_);
    Pointer next = make(*current());
    Pointer last = next;  // let go of outside the lock
    {
      const std::lock_guard lock(mutex_);
      current_.swap(last);
    }
    return next;
  }

 private:
  Mutex exchanging_;     // held while the next value is made
  mutable Mutex mutex_;  // guards what follows, for as long as a pointer takes to copy
  Pointer current_;
};

}  // namespace mfpar
