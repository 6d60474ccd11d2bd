// SPDX-License-Identifier: MIT
#pragma once

#include <limits>

namespace mfpar {

/// How training stood after an epoch. Errors are the mean loss of a rating, of clipped predictions
/// where these are ratings; a number that was not computed is NaN.
struct EpochReport {
  static constexpr double kNotComputed = std::numeric_limits<double>::quiet_NaN();

  int epoch = 0;  ///< 0 is before any training
  /// Of several trainings (TrainOptions::seeds): which one, from 1. The last report has 0, and is
  /// of their average: its errors, and for the epoch the mean of the best ones. Else 0.
  int training = 0;
  double train_error = kNotComputed;
  double objective =
      kNotComputed;  ///< what is minimised: the sum of the losses, unclipped, and the penalty
  double valid_error = kNotComputed;
  double valid_ndcg = kNotComputed;  ///< of one-class feedback, in place of the errors
  double seconds = 0.0;              ///< the epoch itself, without evaluation; 0 for epoch 0
  double updates_per_second = 0.0;   ///< ratings trained on a second
  double evaluation_seconds = 0.0;   ///< on the evaluator's thread, beside the next epoch
  double wait_seconds = 0.0;         ///< how long the trainer waited for the evaluator
};

}  // namespace mfpar
