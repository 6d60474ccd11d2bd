// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

namespace mfpar {

/// Hands messages from one thread to another, one at a time: the receiver takes a message, works on
/// it, and says when it is done. The sender waits while the message before is not done: it is never
/// more than one ahead. Whoever waits does so on a mutex and a condition variable of these types;
/// tests put some in their place that play every order in which threads can come.
template <class Message, class Mutex = std::mutex, class Condition = std::condition_variable>
class Handoff {
 public:
  /// Waits until the receiver is done with what came before, then leaves `message`. Rethrows the
  /// receiver's failure.
  void put(Message message) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !busy_; });
    if (failure_) std::rethrow_exception(failure_);
    slot_ = std::move(message);
    busy_ = true;
    changed_.notify_all();
  }

  /// Waits as put() does, without leaving anything.
  void wait_until_done() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !busy_; });
    if (failure_) std::rethrow_exception(failure_);
  }

  /// No more messages will come.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

  /// The next message; none once this is closed and empty.
  std::optional<Message> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return slot_.has_value() || closed_; });
    return std::exchange(slot_, std::nullopt);
  }

  /// The receiver is done with the message it took, or failed on it.
  void done(std::exception_ptr failure = nullptr) {
    const std::lock_guard lock(mutex_);
    if (failure) failure_ = std::move(failure);
    busy_ = false;
    changed_.notify_all();
  }

 private:
  Mutex mutex_;
  Condition changed_;
  // All guarded by mutex_.
  std::optional<Message> slot_;
  bool busy_ = false;
  bool closed_ = false;
  std::exception_ptr failure_;
};

}  // namespace mfpar
