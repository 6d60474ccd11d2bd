// SPDX-License-Identifier: MIT
#include "compute/hogwild.hpp"

#include <atomic>
#include <vector>

namespace mfpar {

PassSums HogwildSchedule::run_epoch(const EpochPlan& plan, const Workers& workers,
                                    const std::function<bool()>& stop) {
  bands_.refresh_user_norms(plan, workers);
  const std::uint32_t count = bands_.store().bands();
  const VisitOrder order = visit_order(plan.seed, count);
  std::vector<PassSums> sums(count);
  std::atomic<bool> diverged{false};
  workers.for_each(count, [&](std::size_t visit) {
    if (stop() || diverged.load(std::memory_order_relaxed)) return;
    const auto band =
        static_cast<std::uint32_t>((order.start + visit * std::uint64_t{order.stride}) % count);
    sums[visit] = bands_.run(plan, bands_.store().band(band), band);
    if (!(sums[visit].error <= plan.most_error)) diverged.store(true, std::memory_order_relaxed);
  });
  PassSums total;
  for (const PassSums& part : sums) total += part;
  return total;
}

}  // namespace mfpar
