// SPDX-License-Identifier: MIT
#include "compute/schedule_bands.hpp"

#include "base/random.hpp"
#include "compute/row_norms.hpp"

namespace mfpar {

ScheduleBands::ScheduleBands(const BandStore& store, const KernelSet& kernels, std::uint32_t rank,
                             StepRule rule)
    : store_(&store), kernel_(kernels.sgd(rank, rule == StepRule::kAdaGrad)) {}

void ScheduleBands::refresh_user_norms(const EpochPlan& plan, const Workers& workers) const {
  refresh_norms(plan.users, store_->user_count(), workers);
}

PassSums ScheduleBands::run(const EpochPlan& plan, const RatingRuns& runs,
                            std::uint64_t number) const {
  SgdPass pass;
  pass.runs = runs;
  pass.fixed = plan.items;
  pass.moving = plan.users;
  pass.rank = plan.rank;
  pass.rate = plan.rate;
  pass.bias_rate = plan.bias_rate;
  pass.lambda_factors = plan.lambda_factors;
  pass.lambda_biases = plan.lambda_biases;
  pass.lowest = plan.lowest;
  pass.highest = plan.highest;
  pass.order_seed = derive_seed(plan.seed, number);
  return kernel_(pass);
}

}  // namespace mfpar
