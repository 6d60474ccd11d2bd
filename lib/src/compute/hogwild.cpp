// SPDX-License-Identifier: MIT
#include "compute/hogwild.hpp"

#include <atomic>
#include <vector>

#include "base/in_order.hpp"

namespace mfpar {

PassSums HogwildSchedule::run_epoch(const EpochPlan& plan, const Workers& workers,
                                    const std::function<bool()>& stop) {
  bands_.refresh_user_norms(plan, workers);
  const std::uint32_t count = bands_.bands().bands();
  const VisitOrder order = visit_order(plan.seed, count);
  std::vector<PassSums> sums(count);
  std::atomic<bool> diverged{false};
  std::vector<Bands::Piece> pieces;
  for (std::uint64_t visit = 0; visit < count; ++visit) {
    pieces.push_back(
        {.band = static_cast<std::uint32_t>((order.start + visit * order.stride) % count)});
  }
  const auto walk = bands_.bands().walk(pieces, Bands::Targets::kTraining);
  for_each_in_order(workers, count, [&](std::size_t visit) {
    if (stop() || diverged.load(std::memory_order_relaxed)) return;
    sums[visit] = bands_.run(plan, walk->take(visit).runs(), pieces[visit].band);
    if (!(sums[visit].error <= plan.most_error)) diverged.store(true, std::memory_order_relaxed);
  });
  PassSums total;
  for (const PassSums& part : sums) total += part;
  return total;
}

}  // namespace mfpar
