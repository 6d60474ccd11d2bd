// SPDX-License-Identifier: MIT
//
// Workers on plain threads, for ThreadSanitizer and helgrind only. The packaged oneTBB is not
// instrumented, so ThreadSanitizer cannot see that its loops order memory, and a suppression broad
// enough to hide its false reports would hide ours, since every body runs under a tbb frame. Plain
// threads need none.
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/parallel.hpp"

namespace mfpar {

namespace {

/// Runs `work` on `threads` threads, the caller's being one, and waits for all.
void run_on_threads(int threads, const std::function<void()>& work) {
  std::vector<std::jthread> others;
  for (int t = 1; t < threads; ++t) others.emplace_back(work);
  work();
}

/// Keeps the first exception for the calling thread and tells the others to stop.
class FirstFailure {
 public:
  bool happened() const { return happened_.load(std::memory_order_acquire); }
  void keep(std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(failure);
    happened_.store(true, std::memory_order_release);
  }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::atomic<bool> happened_{false};
  std::mutex mutex_;
  std::exception_ptr failure_;  // guarded by mutex_ until the threads have joined
};

}  // namespace

struct Workers::Arena {};

Workers::Workers(int threads) : threads_(resolve_threads(threads)) {}
Workers::~Workers() = default;

void Workers::for_each(std::size_t count, const std::function<void(std::size_t)>& body) const {
  std::atomic<std::size_t> next{0};
  FirstFailure failure;
  run_on_threads(threads_, [&] {
    for (std::size_t i; !failure.happened() && (i = next.fetch_add(1)) < count;) {
      try {
        body(i);
      } catch (...) {
        failure.keep(std::current_exception());
      }
    }
  });
  failure.rethrow();
}

void Workers::run_graph(std::span<const std::uint32_t> ready,
                        const std::function<void(std::uint32_t, const Submit&)>& body) const {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::uint32_t> queue(ready.begin(), ready.end());  // guarded by mutex
  std::size_t running = 0;                                      // guarded by mutex
  FirstFailure failure;
  const Submit submit = [&](std::uint32_t task) {
    const std::lock_guard lock(mutex);
    queue.push_back(task);
    changed.notify_one();
  };
  run_on_threads(threads_, [&] {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [&] { return !queue.empty() || running == 0 || failure.happened(); });
      if (queue.empty() || failure.happened()) break;
      const std::uint32_t task = queue.front();
      queue.pop_front();
      ++running;
      lock.unlock();
      try {
        body(task, submit);
      } catch (...) {
        failure.keep(std::current_exception());
      }
      lock.lock();
      --running;
      if (running == 0 || failure.happened()) changed.notify_all();
    }
  });
  failure.rethrow();
}

}  // namespace mfpar
