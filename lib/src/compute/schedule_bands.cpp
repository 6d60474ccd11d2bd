// SPDX-License-Identifier: MIT
#include "compute/schedule_bands.hpp"

#include "base/random.hpp"
#include "compute/row_norms.hpp"

namespace mfpar {

void ScheduleBands::refresh_user_norms(const EpochPlan& plan, const Workers& workers) const {
  refresh_norms(plan.pass.moving, bands_->user_count(), workers);
}

PassSums ScheduleBands::run(const EpochPlan& plan, const RatingRuns& runs,
                            std::uint64_t number) const {
  SgdPass pass = plan.pass;
  pass.runs = runs;
  pass.order_seed = derive_seed(plan.seed, number);
  return kernel_(pass);
}

}  // namespace mfpar
