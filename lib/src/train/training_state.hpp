// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/parallel.hpp"
#include "base/random.hpp"
#include "compute/epoch_schedule.hpp"
#include "compute/rating_scale.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/train_options.hpp"

namespace mfpar {

/// One side of the parameters in training: what a FactorSide points into.
struct SideState {
  AlignedBuffer<float> records;
  FactorSide rows;                    ///< the records
  std::vector<std::uint32_t> counts;  ///< ratings of each row

  std::uint32_t size() const { return static_cast<std::uint32_t>(counts.size()); }
};

/// The parameters in training, in standardised units. The workers of an epoch write them through
/// plan(); nobody else may touch them meanwhile.
class TrainingState {
 public:
  /// Small random factors, biases 0; from `init`, where its ids match and it is given, the factors
  /// and biases it learnt. Rows without training ratings are zero and stay so.
  TrainingState(const RatingStore& ratings, const RatingScale& scale, const TrainOptions& options,
                const FactorModel* init, const Workers& workers);

  /// What epoch `epoch` (1, 2, ...) is to do.
  EpochPlan plan(int epoch);

  const SideState& users() const noexcept { return users_; }
  const SideState& items() const noexcept { return items_; }

 private:
  void start_side(SideState& side, SeedUse use, const Workers& workers);
  void start_from(const FactorModel& init, const RatingStore& ratings, const Workers& workers);

  TrainOptions options_;
  RatingScale scale_;
  SideState users_;
  SideState items_;
};

/// The learning rate of epoch 1, 2, ... under the options' schedule.
double scheduled_rate(const TrainOptions& options, int epoch);

}  // namespace mfpar
