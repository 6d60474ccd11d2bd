// SPDX-License-Identifier: MIT
#include "compute/epoch_schedule.hpp"

#include "compute/blocks.hpp"
#include "compute/hogwild.hpp"

namespace mfpar {

SgdPass make_pass(const EpochPlan& plan, const FactorSide& fixed, const FactorSide& moving) {
  SgdPass pass;
  pass.fixed = fixed;
  pass.moving = moving;
  pass.stride = plan.stride;
  pass.rank = plan.rank;
  pass.rate = plan.rate;
  pass.bias_rate = plan.bias_rate;
  pass.lambda_factors = plan.lambda_factors;
  pass.lambda_biases = plan.lambda_biases;
  pass.lowest = plan.lowest;
  pass.highest = plan.highest;
  return pass;
}

std::unique_ptr<EpochSchedule> make_schedule(Schedule kind, const RatingStore& ratings,
                                             const RatingScale& scale, const KernelSet& kernels,
                                             std::uint32_t rank, StepRule rule,
                                             const Workers& workers) {
  if (kind == Schedule::kBlocks) {
    return std::make_unique<BlockSchedule>(ratings, scale, kernels, rank, rule, workers);
  }
  const bool adagrad = rule == StepRule::kAdaGrad;
  return std::make_unique<HogwildSchedule>(ratings, scale,
                                           kernels.sgd(rank, adagrad, ratings.is_compact()));
}

}  // namespace mfpar
