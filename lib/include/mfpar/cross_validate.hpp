// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "mfpar/export.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/train.hpp"

namespace mfpar {

/// How a model did on one fold, which nothing in its training had seen.
struct FoldReport {
  std::uint32_t fold = 0;       ///< 1, 2, ...
  std::uint64_t ratings = 0;    ///< in the fold
  double valid_error = 0.0;     ///< on the fold, as in EpochReport
  double baseline_error = 0.0;  ///< of mean and biases alone on the fold, see BiasBaseline
  int best_epoch = 0;           ///< the epoch whose factors were kept

  /// The share of the fold's ratings within their 90 % intervals; NaN where the model knows none.
  double interval_coverage = EpochReport::kNotComputed;
};

/// What came of all folds.
struct CrossValidation {
  std::vector<FoldReport> folds;
  double mean_error = 0.0;
  double sd_error = 0.0;                         ///< sample standard deviation over the folds
  StopReason stop_reason = StopReason::kEpochs;  ///< kRequested: some folds are missing
};

/// How to cross-validate, besides how to train.
struct CrossValidationOptions {
  std::uint32_t folds = 5;

  /// Of the ratings outside the fold, the share that early stopping is judged on. The fold itself
  /// decides nothing: judging on it would flatter the result.
  double valid_fraction = 0.1;

  /// Whether what is measured has then learnt once more from all ratings outside the fold, see
  /// refit(): as a model that is saved has.
  bool refit = true;

  std::function<void(const FoldReport&)> on_fold;
};

/// Trains on the ratings outside of each fold, once or, with a refit, twice, and measures on it.
/// `hooks.on_epoch` reports every epoch of every training, with the validation error on the judging
/// share; a refit reports none. Gibbs sampling, of which nothing is to be judged before a refit,
/// then learns once, from all ratings outside. Throws as split_fold() and train().
MFPAR_API CrossValidation cross_validate(const RatingStore& ratings, const TrainOptions& options,
                                         const CrossValidationOptions& folds,
                                         const TrainHooks& hooks = {});

}  // namespace mfpar
