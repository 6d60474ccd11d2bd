// SPDX-License-Identifier: MIT
#include "compute/hogwild.hpp"

#include "base/random.hpp"
#include "compute/row_norms.hpp"

namespace mfpar {

HogwildSchedule::HogwildSchedule(const RatingStore& ratings, const RatingScale& scale,
                                 SgdKernel kernel)
    : ratings_(ratings),
      scale_(scale),
      kernel_(kernel),
      values_(standardised_values(ratings, scale)) {}

PassSums HogwildSchedule::run_epoch(const EpochPlan& plan, const Workers& workers,
                                    const std::function<bool()>& stop) {
  refresh_norms(plan.items, ratings_.item_count(), plan.stride, workers);
  const auto shards = ratings_.shard_boundaries();
  std::vector<PassSums> sums(shards.size() - 1);
  workers.for_each(sums.size(), [&](std::size_t shard) {
    if (stop()) return;
    SgdPass pass = make_pass(plan, plan.users, plan.items);
    pass.runs.first_row = shards[shard];
    pass.runs.count = shards[shard + 1] - shards[shard];
    pass.runs.offsets = ratings_.offsets().data() + shards[shard];
    if (ratings_.is_compact()) {
      pass.runs.compact = ratings_.parts().compact.data();
      pass.runs.code_values = values_.data();
    } else {
      pass.runs.wide = ratings_.parts().wide.data();
      pass.runs.wide_mean = scale_.mean;
      pass.runs.wide_scale = 1.0f / scale_.deviation;
    }
    pass.order_seed = derive_seed(plan.seed, shard);
    sums[shard] = kernel_(pass);
  });
  PassSums total;
  for (const PassSums& part : sums) total += part;
  return total;
}

}  // namespace mfpar
