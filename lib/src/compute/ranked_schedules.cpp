// SPDX-License-Identifier: MIT
#include "compute/ranked_schedules.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <queue>
#include <thread>
#include <utility>
#include <vector>

#include "compute/panel_ring.hpp"

namespace mfpar {

namespace {

/// Tasks that are ready, for threads that take the lowest first: what other ranks wait for.
class ReadyTasks {
 public:
  /// `count` tasks will be added in all.
  explicit ReadyTasks(std::size_t count) : left_(count) {}

  void add(std::uint32_t task) {
    const std::lock_guard lock(mutex_);
    ready_.push(task);
    changed_.notify_one();
  }

  /// Calls body(task) for tasks until none is left, and meanwhile() again and again while none is
  /// ready.
  template <class Body, class Meanwhile>
  void work(const Body& body, const Meanwhile& meanwhile) {
    std::unique_lock lock(mutex_);
    while (left_ > 0) {
      if (ready_.empty()) {
        lock.unlock();
        meanwhile();
        lock.lock();
        changed_.wait_for(lock, PanelRing::kNap, [this] { return !ready_.empty() || left_ == 0; });
        continue;
      }
      const std::uint32_t task = ready_.top();
      ready_.pop();
      if (--left_ == 0) changed_.notify_all();
      lock.unlock();
      body(task);
      lock.lock();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> ready_;
  std::size_t left_;  ///< to be taken
};

}  // namespace

PassSums RankedBlockSchedule::run_epoch(const EpochPlan& plan, const Workers& workers,
                                        const std::function<bool()>& stop) {
  bands_.refresh_user_norms(plan, workers);
  // Tasks as those of BlockSchedule, of this rank's lanes.
  const std::uint32_t panels = bands_.bands().panels();
  const std::uint32_t steps = bands_.bands().bands();
  const auto first = static_cast<std::uint32_t>(share_->lanes().begin);
  const auto end = static_cast<std::uint32_t>(share_->lanes().end);
  // A lane waits for its own step before even where that was of another band: the ring takes its
  // panels in their order.
  std::vector<std::atomic<int>> waits_for(std::size_t{steps} * panels);
  for (std::atomic<int>& waits : waits_for) waits.store(2, std::memory_order_relaxed);
  std::vector<PassSums> sums(waits_for.size());
  std::vector<Bands::Piece> blocks;
  for (std::uint32_t step = 0; step < steps; ++step) {
    for (std::uint32_t lane = first; lane < end; ++lane) {
      blocks.push_back({.band = step / panels * panels + lane, .panel = (lane + step) % panels});
    }
  }
  const auto walk = bands_.bands().walk(std::move(blocks), Bands::Targets::kTraining);
  std::atomic<bool> ended{false};
  ReadyTasks tasks(std::size_t{steps} * (end - first));
  const auto one_less = [&](std::uint32_t step, std::uint32_t lane) {
    if (step == steps) return;
    const std::uint32_t task = step * panels + lane;
    // Release what the block before wrote, acquire what the other one did.
    if (waits_for[task].fetch_sub(1, std::memory_order_acq_rel) == 1) tasks.add(task);
  };
  for (std::uint32_t lane = first; lane < end; ++lane) tasks.add(lane);
  {
    PanelRing ring(*share_, plan.pass.fixed, steps,
                   [&](std::uint32_t n) { one_less(n + 1, end - 1); });
    const auto run_block = [&](std::uint32_t task) {
      const std::uint32_t step = task / panels, lane = task % panels;
      // Panels travel on when an epoch ends early: others may be waiting.
      if (!ended.load(std::memory_order_relaxed)) {
        const HeldRuns held = walk->take(std::size_t{step} * (end - first) + lane - first);
        sums[task] = bands_.run(plan, held.runs(), task);
        if (!(sums[task].error <= plan.most_error) || stop()) ended.store(true);
      }
      one_less(step + 1, lane);
      if (lane == first) {
        ring.give();
      } else {
        one_less(step + 1, lane - 1);
      }
      ring.poll();
    };
    workers.for_each(static_cast<std::size_t>(workers.threads()),
                     [&](std::size_t) { tasks.work(run_block, [&] { ring.poll(); }); });
  }
  return share_->total(sums, kTrainerTag);
}

PassSums RankedHogwildSchedule::run_epoch(const EpochPlan& plan, const Workers& workers,
                                          const std::function<bool()>& stop) {
  bands_.refresh_user_norms(plan, workers);
  const std::uint32_t panels = bands_.bands().panels();
  std::vector<std::uint32_t> bands;  // of this rank
  for (std::uint32_t band = 0; band < bands_.bands().bands(); ++band) {
    if (share_->has_band(band)) bands.push_back(band);
  }
  const auto count = static_cast<std::uint32_t>(bands.size());
  const auto first = static_cast<std::uint32_t>(share_->lanes().begin);
  std::vector<PassSums> sums(std::size_t{bands_.bands().bands()} * panels);
  std::vector<Bands::Piece> blocks;
  for (std::uint32_t step = 0; step < panels; ++step) {
    const VisitOrder order = visit_order(plan.seed + step, count);
    for (std::uint32_t visit = 0; visit < count; ++visit) {
      const auto at = (order.start + visit * std::uint64_t{order.stride}) % count;
      blocks.push_back({.band = bands[at], .panel = (first + step) % panels});
    }
  }
  const auto walk = bands_.bands().walk(blocks, Bands::Targets::kTraining);
  std::atomic<bool> ended{false};
  std::atomic<std::uint32_t> here{static_cast<std::uint32_t>(share_->lanes().size())};
  {
    PanelRing ring(*share_, plan.pass.fixed, panels,
                   [&](std::uint32_t) { here.fetch_add(1, std::memory_order_release); });
    for (std::uint32_t step = 0; step < panels; ++step) {
      for (ring.poll(); here.load(std::memory_order_acquire) <= step; ring.poll()) {
        std::this_thread::sleep_for(PanelRing::kNap);
      }
      workers.for_each(count, [&](std::size_t visit) {
        if (ended.load(std::memory_order_relaxed)) return;
        const std::size_t n = std::size_t{step} * count + visit;
        const std::uint32_t task = blocks[n].band * panels + blocks[n].panel;
        sums[task] = bands_.run(plan, walk->take(n).runs(), task);
        if (!(sums[task].error <= plan.most_error) || stop()) ended.store(true);
        ring.poll();
      });
      ring.give();
      ring.poll();
    }
  }
  return share_->total(sums, kTrainerTag);
}

}  // namespace mfpar
