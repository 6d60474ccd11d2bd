// SPDX-License-Identifier: MIT
#pragma once

#include "compute/block_store.hpp"
#include "compute/epoch_schedule.hpp"

namespace mfpar {

/// The blocks of a BlockStore in Latin order: at step s, band b takes panel (b + s) mod bands. A
/// block begins when the previous block of its band and the previous block of its panel are done,
/// so every row is touched by one thread at a time and in an order that the grid fixes: the same
/// bytes for any number of threads, without a barrier.
class BlockSchedule final : public EpochSchedule {
 public:
  BlockSchedule(const RatingStore& ratings, const RatingScale& scale, const KernelSet& kernels,
                std::uint32_t rank, StepRule rule, const Workers& workers);

  PassSums run_epoch(const EpochPlan& plan, const Workers& workers,
                     const std::function<bool()>& stop) override;

 private:
  std::uint32_t users_;
  BlockStore blocks_;
  SgdKernel compact_kernel_;
  SgdKernel wide_kernel_;
};

}  // namespace mfpar
