// SPDX-License-Identifier: MIT
//
// The one door to oneTBB. Every loop and task of the library goes through Workers, which keeps
// three rules in one place: how many threads run, what happens when one of them throws, and what
// ThreadSanitizer must be told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "mfpar/threads.hpp"

namespace mfpar {

/// A fixed number of threads to run loops on. The calling thread is one of them, and more threads
/// than cores are really started. Calls from different threads are safe and run beside each other;
/// bodies must not wait for one another. The first exception a body throws cancels what has not
/// begun and is rethrown, once, on the calling thread.
class Workers {
 public:
  /// `threads` as for resolve_threads.
  explicit Workers(int threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  int threads() const noexcept { return threads_; }

  /// Calls body(i) once for every i in [0, count), in no particular order. What the bodies wrote is
  /// visible to the caller when this returns.
  void for_each(std::size_t count, const std::function<void(std::size_t)>& body) const;

  /// Starts a further task; given to the bodies of run_graph.
  using Submit = std::function<void(std::uint32_t)>;

  /// Calls body(task, submit) for every task in `ready` and for every task a body submits, until
  /// none is left. A task sees all that happened before it was submitted.
  void run_graph(std::span<const std::uint32_t> ready,
                 const std::function<void(std::uint32_t, const Submit&)>& body) const;

 private:
  struct Arena;
  int threads_;
  std::unique_ptr<Arena> arena_;
};

}  // namespace mfpar
