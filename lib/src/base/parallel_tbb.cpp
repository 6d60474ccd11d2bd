// SPDX-License-Identifier: MIT
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_for_each.h>
#include <oneapi/tbb/task_arena.h>

#include <atomic>
#include <optional>
#include <stdexcept>
#include <string>

#include "base/parallel.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

/// oneTBB starts threads when a loop first needs them, and where the system has none left throws a
/// plain std::runtime_error out of the loop. Tells that from what bodies throw.
class BodyFailure {
 public:
  template <class Body>
  void noted(const Body& body) {
    try {
      body();
    } catch (...) {
      from_body_.store(true);
      throw;
    }
  }

  template <class Loop>
  void told_apart(int threads, const Loop& loop) const {
    try {
      loop();
    } catch (const std::runtime_error& e) {
      if (from_body_.load()) throw;
      throw Error(ErrorCode::kSystem, "not all of " + std::to_string(threads) +
                                          " threads could be started (" + e.what() +
                                          "); use fewer, or raise the limit on processes");
    }
  }

 private:
  std::atomic<bool> from_body_{false};
};

}  // namespace

// By default oneTBB starts no more threads than there are cores; the control lifts that while these
// workers live, so that `threads` means what it says on a smaller machine too. Where cores suffice
// there is none, since of several controls in a process the lowest counts.
struct Workers::Arena {
  explicit Arena(int threads) : arena(threads) {
    if (threads <= resolve_threads(0)) return;
    BodyFailure().told_apart(threads, [&] {
      limit.emplace(tbb::global_control::max_allowed_parallelism,
                    static_cast<std::size_t>(threads));
    });
  }
  std::optional<tbb::global_control> limit;
  tbb::task_arena arena;
};

Workers::Workers(int threads)
    : threads_(resolve_threads(threads)), arena_(std::make_unique<Arena>(threads_)) {}

Workers::~Workers() = default;

void Workers::for_each(std::size_t count, const std::function<void(std::size_t)>& body) const {
  BodyFailure failure;
  failure.told_apart(threads_, [&] {
    arena_->arena.execute([&] {
      tbb::parallel_for(
          tbb::blocked_range<std::size_t>(0, count, 1),
          [&](const tbb::blocked_range<std::size_t>& range) {
            failure.noted([&] {
              for (std::size_t i = range.begin(); i != range.end(); ++i) body(i);
            });
          },
          tbb::simple_partitioner());
    });
  });
}

void Workers::run_graph(std::span<const std::uint32_t> ready,
                        const std::function<void(std::uint32_t, const Submit&)>& body) const {
  BodyFailure failure;
  failure.told_apart(threads_, [&] {
    arena_->arena.execute([&] {
      tbb::parallel_for_each(
          ready.begin(), ready.end(), [&](std::uint32_t task, tbb::feeder<std::uint32_t>& feeder) {
            failure.noted([&] { body(task, [&](std::uint32_t next) { feeder.add(next); }); });
          });
    });
  });
}

}  // namespace mfpar
