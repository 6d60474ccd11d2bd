// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace mfpar {

/// Buffers that are used again. Safe from any number of threads; outlived by what it lends.
template <class Buffer>
class BufferPool {
 public:
  /// One that nobody else has, until the last copy is gone.
  std::shared_ptr<Buffer> lend() const {
    std::unique_ptr<Buffer> buffer;
    {
      const std::lock_guard lock(free_->mutex);
      if (!free_->buffers.empty()) {
        buffer = std::move(free_->buffers.back());
        free_->buffers.pop_back();
      }
    }
    if (!buffer) buffer = std::make_unique<Buffer>();
    return {buffer.release(), [free = free_](Buffer* done) {
              std::unique_ptr<Buffer> owner(done);
              const std::lock_guard lock(free->mutex);
              free->buffers.push_back(std::move(owner));
            }};
  }

 private:
  struct Free {
    std::mutex mutex;
    std::vector<std::unique_ptr<Buffer>> buffers;  // guarded by mutex
  };
  std::shared_ptr<Free> free_ = std::make_shared<Free>();
};

/// Reads things 0, 1, ... ahead of those who take them, on a thread of its own, at most a few at a
/// time. Who comes before the thread does reads for himself, so that no order of taking can lock
/// up; the order only decides how much of the reading is hidden behind work.
template <class Thing>
class ReadAhead {
 public:
  using Read = std::function<std::shared_ptr<Thing>(std::size_t)>;

  /// Thing n is taken `uses[n]` times. At most `most` wait, read and taken by nobody. `read` is
  /// called by several threads, once for each thing that is read.
  ReadAhead(std::vector<std::uint32_t> uses, std::size_t most, Read read)
      : read_(std::move(read)), most_(most), slots_(uses.size()) {
    for (std::size_t n = 0; n < uses.size(); ++n) slots_[n].uses = uses[n];
    thread_ = std::jthread([this] { run(); });
  }

  ~ReadAhead() {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    changed_.notify_all();
  }

  /// Throws what reading it threw.
  std::shared_ptr<Thing> take(std::size_t n) {
    std::unique_lock lock(mutex_);
    Slot& slot = slots_[n];
    if (slot.state == State::kWaiting) {
      slot.state = State::kReading;
      lock.unlock();
      fill(n, /*ahead=*/false);
      lock.lock();
    }
    changed_.wait(lock, [&] { return slot.state == State::kRead; });
    if (slot.failure) std::rethrow_exception(slot.failure);
    if (slot.ahead) {
      slot.ahead = false;
      --ahead_;
      changed_.notify_all();
    }
    std::shared_ptr<Thing> thing = slot.thing;
    if (--slot.uses == 0) slot.thing.reset();
    return thing;
  }

 private:
  enum class State { kWaiting, kReading, kRead };
  struct Slot {
    State state = State::kWaiting;
    bool ahead = false;  ///< it counts among those that wait to be taken
    std::uint32_t uses = 1;
    std::shared_ptr<Thing> thing;
    std::exception_ptr failure;
  };

  void fill(std::size_t n, bool ahead) {
    std::shared_ptr<Thing> thing;
    std::exception_ptr failure;
    try {
      thing = read_(n);
    } catch (...) {
      failure = std::current_exception();
    }
    {
      const std::lock_guard lock(mutex_);
      Slot& slot = slots_[n];
      slot.thing = std::move(thing);
      slot.failure = failure;
      slot.ahead = ahead;
      slot.state = State::kRead;
    }
    changed_.notify_all();
  }

  void run() {
    for (std::size_t n = 0; n < slots_.size(); ++n) {
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return closing_ || ahead_ < most_; });
        if (closing_) return;
        if (slots_[n].state != State::kWaiting) continue;
        slots_[n].state = State::kReading;
        ++ahead_;
      }
      fill(n, /*ahead=*/true);
    }
  }

  const Read read_;
  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Slot> slots_;  // guarded by mutex_, as all that follows
  std::size_t ahead_ = 0;
  bool closing_ = false;
  std::jthread thread_;  // last: it begins when all else stands
};

}  // namespace mfpar
