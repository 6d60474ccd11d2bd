// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "compute/kernels/row_records.hpp"
#include "compute/rank_share.hpp"

namespace mfpar {

/// The panels of items as they go round from rank to rank in an epoch: rank r gives its own in the
/// order of their numbers, from its first lane's on, to rank r - 1, and gets those of rank r + 1 in
/// the same way (DSGD; Gemulla, Nijkamp, Haas, Sismanis 2011). A panel is a message, the records of
/// its items, sent from where they lie and received to where they belong. It travels while the
/// rank works on other panels (DSGD++; Teflioudi, Makari, Gemulla 2012): those who work look after
/// it after each block, and while they have none, and a thread of its own does where blocks are
/// long. That one sleeps most of the time: woken every 200 us it takes a tenth of an epoch from
/// those who work.
class PanelRing {
 public:
  /// Starts to receive. So many panels leave, and come, in the epoch: a multiple of all panels.
  /// `on_arrival` is called from the ring's thread, within poll() or as the ring is made or ends,
  /// when one more has come: the n-th has number (end of the rank's lanes + n) modulo the panels.
  /// `share`, the records and what `on_arrival` uses outlive the ring.
  PanelRing(const RankShare& share, RowRecords items, std::uint32_t count,
            std::function<void(std::uint32_t n)> on_arrival);

  /// Waits until all has left and come.
  ~PanelRing();

  /// The rank is done with one more panel, the n-th it gives away has number (begin of its lanes +
  /// n) modulo the panels. Its rows are not to be touched until it has come again. From one thread
  /// after another.
  void give() { given_.fetch_add(1, std::memory_order_release); }

  /// Looks after what travels, unless another thread does. From any thread.
  void poll();

  /// How long to sleep between two looks, for who waits for a panel.
  static constexpr std::chrono::microseconds kNap{20};

 private:
  void serve();
  bool is_over() const { return left_ == count_ && come_ == count_; }
  bool move();
  std::span<std::byte> bytes_of(std::uint32_t panel) const;

  // Constant after construction.
  const RankShare& share_;
  const RowRecords items_;
  const std::uint32_t count_;
  const std::uint32_t panels_;
  const std::function<void(std::uint32_t)> on_arrival_;

  std::atomic<std::uint32_t> given_{0};

  std::mutex mutex_;
  std::condition_variable ended_;
  // Guarded by mutex_.
  std::uint32_t sent_ = 0, left_ = 0, awaited_ = 0, come_ = 0;
  std::deque<std::unique_ptr<Transfer>> leaving_, coming_;

  std::jthread thread_;  // last: it begins when all else stands
};

}  // namespace mfpar
