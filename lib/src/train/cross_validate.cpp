// SPDX-License-Identifier: MIT
#include "mfpar/cross_validate.hpp"

#include <algorithm>
#include <cmath>

#include "base/random.hpp"
#include "compute/bias_baseline.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/model_errors.hpp"
#include "mfpar/error.hpp"
#include "mfpar/split.hpp"
#include "train/sampled_variance.hpp"

namespace mfpar {

CrossValidation cross_validate(const RatingStore& ratings, const TrainOptions& options,
                               const CrossValidationOptions& folds, const TrainHooks& hooks) {
  check_options(options);
  if (options.feedback == Feedback::kOneClass) {
    throw Error(ErrorCode::kBadOption,
                "folds measure the errors of predicted ratings; a model of one-class feedback "
                "predicts none: hold out a share of each user's ratings");
  }
  const Workers workers(options.threads);
  const KernelSet& kernels = find_kernels(options.kernel);
  CrossValidation result;
  for (std::uint32_t fold = 0; fold < folds.folds; ++fold) {
    SplitResult outer = split_fold(ratings, folds.folds, fold,
                                   derive_seed(options.seed, SeedUse::kFolds), options.threads);
    // Nothing is to be found out for Gibbs sampling that learning from all would not know.
    const bool judged = options.method != Method::kGibbs || !folds.refit;
    RatingStore outside;  // held while it is needed only
    if (judged && folds.refit) outside = outer.training;
    SplitResult inner{.training = std::move(outer.training), .validation = {}};
    if (judged) {
      inner = split_random(std::move(inner.training), folds.valid_fraction,
                           derive_seed(options.seed, SeedUse::kSplit, fold), options.threads);
    }
    TrainResult trained = train(std::move(inner.training), inner.validation, options, hooks);
    if (judged && folds.refit) {
      trained = refit(std::move(outside), std::move(trained), options, hooks);
    }
    result.stop_reason = trained.stop_reason;
    if (trained.stop_reason == StopReason::kRequested) break;
    if (trained.stop_reason == StopReason::kDiverged) {
      throw Error(ErrorCode::kDiverged, trained.divergence);
    }

    const RatingStore& test = outer.validation;
    const auto count = static_cast<double>(test.size());
    FoldReport report;
    report.fold = fold + 1;
    report.ratings = test.size();
    report.valid_error = model_errors(trained.model, test, kernels, workers).clipped_error / count;
    report.baseline_error = baseline_error(trained.model, test, workers) / count;
    if (trained.model.has_variance()) {
      report.interval_coverage = check_intervals(trained.model, test).coverage;
    }
    report.best_epoch = trained.model.parts().record.best_epoch;
    result.folds.push_back(report);
    if (folds.on_fold) folds.on_fold(report);
  }

  const auto count = static_cast<double>(result.folds.size());
  for (const FoldReport& fold : result.folds) result.mean_error += fold.valid_error / count;
  double squares = 0.0;
  for (const FoldReport& fold : result.folds) {
    squares += (fold.valid_error - result.mean_error) * (fold.valid_error - result.mean_error);
  }
  if (count > 1) result.sd_error = std::sqrt(squares / (count - 1));
  return result;
}

}  // namespace mfpar
