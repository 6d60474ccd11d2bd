// SPDX-License-Identifier: MIT
#include "compute/blocks.hpp"

#include <atomic>
#include <numeric>
#include <utility>
#include <vector>

namespace mfpar {

PassSums BlockSchedule::run_epoch(const EpochPlan& plan, const Workers& workers,
                                  const std::function<bool()>& stop) {
  bands_.refresh_user_norms(plan, workers);

  // Task t * panels + b is lane b at step t: of the group of bands t / panels it takes band b, and
  // of it panel (b + t) mod panels. It waits for the lane that held its panel at step t - 1, which
  // is b + 1, and within a group for its own band at step t - 1.
  const std::uint32_t panels = bands_.bands().panels();
  const std::uint32_t steps = bands_.bands().bands();
  const auto waits = [&](std::uint32_t step) { return step == 0 ? 0 : step % panels == 0 ? 1 : 2; };
  std::vector<std::atomic<int>> waits_for(std::size_t{steps} * panels);
  for (std::uint32_t task = 0; task < waits_for.size(); ++task) {
    waits_for[task].store(waits(task / panels), std::memory_order_relaxed);
  }
  std::vector<PassSums> sums(waits_for.size());
  std::vector<Bands::Piece> blocks;
  for (std::uint32_t task = 0; task < waits_for.size(); ++task) {
    const std::uint32_t step = task / panels, lane = task % panels;
    blocks.push_back({.band = step / panels * panels + lane, .panel = (lane + step) % panels});
  }
  const auto walk = bands_.bands().walk(std::move(blocks), Bands::Targets::kTraining);
  std::atomic<bool> diverged{false};

  const auto run_block = [&](std::uint32_t task, const Workers::Submit& submit) {
    const std::uint32_t step = task / panels, lane = task % panels;
    if (stop() || diverged.load(std::memory_order_relaxed)) return;
    sums[task] = bands_.run(plan, walk->take(task).runs(), task);
    if (!(sums[task].error <= plan.most_error)) diverged.store(true, std::memory_order_relaxed);
    if (step + 1 == steps) return;
    const auto done_for = [&](std::uint32_t next_lane) {
      const std::uint32_t next = (step + 1) * panels + next_lane;
      // Release what this block wrote, acquire what the other predecessor wrote.
      if (waits_for[next].fetch_sub(1, std::memory_order_acq_rel) == 1) submit(next);
    };
    if ((step + 1) % panels != 0) done_for(lane);
    done_for((lane + panels - 1) % panels);
  };
  std::vector<std::uint32_t> first_step(panels);
  std::iota(first_step.begin(), first_step.end(), 0u);
  workers.run_graph(first_step, run_block);

  PassSums total;
  for (const PassSums& part : sums) total += part;
  return total;
}

}  // namespace mfpar
