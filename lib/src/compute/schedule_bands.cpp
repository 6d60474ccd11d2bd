// SPDX-License-Identifier: MIT
#include "compute/schedule_bands.hpp"

#include "base/random.hpp"
#include "compute/row_norms.hpp"

namespace mfpar {

void ScheduleBands::refresh_user_norms(const EpochPlan& plan, const Workers& workers) const {
  workers.for_each(bands_->bands(), [&](std::size_t band) {
    const auto number = static_cast<std::uint32_t>(band);
    if (bands_->is_empty(number)) return;  // rows that nothing moves, or another rank's
    refresh_norms(plan.pass.moving, bands_->users(number));
  });
}

PassSums ScheduleBands::run(const EpochPlan& plan, const RatingRuns& runs,
                            std::uint64_t number) const {
  SgdPass pass = plan.pass;
  pass.runs = runs;
  pass.order_seed = derive_seed(plan.seed, number);
  return kernel_(pass);
}

}  // namespace mfpar
