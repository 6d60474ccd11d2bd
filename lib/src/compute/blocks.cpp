// SPDX-License-Identifier: MIT
#include "compute/blocks.hpp"

#include <atomic>
#include <numeric>
#include <vector>

#include "base/random.hpp"
#include "compute/row_norms.hpp"

namespace mfpar {

BlockSchedule::BlockSchedule(const RatingStore& ratings, const RatingScale& scale,
                             const KernelSet& kernels, std::uint32_t rank, StepRule rule,
                             const Workers& workers)
    : users_(ratings.user_count()),
      blocks_(ratings, scale, workers),
      compact_kernel_(kernels.sgd(rank, rule == StepRule::kAdaGrad, true)),
      wide_kernel_(kernels.sgd(rank, rule == StepRule::kAdaGrad, false)) {}

PassSums BlockSchedule::run_epoch(const EpochPlan& plan, const Workers& workers,
                                  const std::function<bool()>& stop) {
  refresh_norms(plan.users, users_, plan.stride, workers);

  // Task s * bands + b is band b at step s. It waits for the same band at step s - 1 and for the
  // band that held its panel then, b + 1.
  const std::uint32_t bands = blocks_.bands();
  const std::uint32_t tasks = bands * bands;
  std::vector<std::atomic<int>> waits_for(tasks);
  for (auto& count : waits_for) count.store(2, std::memory_order_relaxed);
  std::vector<PassSums> sums(tasks);

  const auto run_block = [&](std::uint32_t task, const Workers::Submit& submit) {
    const std::uint32_t step = task / bands;
    const std::uint32_t band = task % bands;
    if (stop()) return;
    SgdPass pass = make_pass(plan, plan.items, plan.users);
    pass.runs = blocks_.block(band, (band + step) % bands);
    pass.order_seed = derive_seed(plan.seed, task);
    sums[task] = (pass.runs.wide == nullptr ? compact_kernel_ : wide_kernel_)(pass);
    if (step + 1 == bands) return;
    for (const std::uint32_t next_band : {band, (band + bands - 1) % bands}) {
      const std::uint32_t next = (step + 1) * bands + next_band;
      // Release what this block wrote, acquire what the other predecessor wrote.
      if (waits_for[next].fetch_sub(1, std::memory_order_acq_rel) == 1) submit(next);
    }
  };
  std::vector<std::uint32_t> first_step(bands);
  std::iota(first_step.begin(), first_step.end(), 0u);
  workers.run_graph(first_step, run_block);

  PassSums total;
  for (const PassSums& part : sums) total += part;
  return total;
}

}  // namespace mfpar
