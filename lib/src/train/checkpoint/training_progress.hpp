// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <vector>

#include "mfpar/epoch_report.hpp"
#include "mfpar/factor_model.hpp"

namespace mfpar {

/// How far a training has come, beside the parameters of its solver.
struct TrainingProgress {
  std::vector<EpochReport> history;

  /// The snapshot with the lowest validation error or highest NDCG; none without one. Its error
  /// is, of one-class feedback, -NDCG.
  std::optional<FactorModel> best;
  int best_epoch = 0;
  double best_error = EpochReport::kNotComputed;
  int evaluations_since_best = 0;

  /// How often training diverged and went on with half the learning rate.
  int divergences = 0;
};

}  // namespace mfpar
