// SPDX-License-Identifier: MIT
#include "tune/found_trials.hpp"

#include <algorithm>

#include "base/parallel.hpp"
#include "base/random.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/model_errors.hpp"
#include "mfpar/split.hpp"
#include "train/validation_lists.hpp"

namespace mfpar {

namespace {

using Found = FoundTrials::Found;

double test_figure(const TuneRatings& ratings, const TrainOptions& options,
                   const FactorModel& model) {
  if (ratings.test.size() == 0) return EpochReport::kNotComputed;
  const Workers workers(options.threads);
  const KernelSet& kernels = find_kernels(options.kernel);
  if (options.feedback == Feedback::kOneClass) {
    const RatingStore& known = ratings.refit.size() > 0 ? ratings.refit : ratings.training;
    return ValidationLists(known, ratings.test, options.one_class).ndcg(model, kernels, workers);
  }
  return model_errors(model, ratings.test, kernels, workers).clipped_error /
         static_cast<double>(ratings.test.size());
}

/// The model of a trial learnt once more, with all threads; nothing after a stop request, or where
/// that diverges.
std::optional<FactorModel> refitted(const TuneRatings& ratings, const Found& found, int threads,
                                    const TuneHooks& hooks) {
  TrainOptions options = found.trial.options;
  options.threads = threads;
  TrainResult validated = found.result;
  validated.stop_reason = StopReason::kEpochs;  // whatever ended the trial
  TrainResult again =
      refit(ratings.refit, std::move(validated), options, hooks_of_trainings(hooks, hooks.stop));
  if (again.stop_reason != StopReason::kEpochs) return std::nullopt;
  return std::move(again.model);
}

}  // namespace

std::string name_of(TrialEnd end) {
  constexpr const char* kNames[] = {"epochs",    "patience", "behind", "time",
                                    "requested", "diverged", "memory"};
  return kNames[static_cast<std::size_t>(end)];
}

TuneRatings split_for_tuning(RatingStore ratings, double test_fraction, double valid_fraction,
                             std::uint64_t seed, int threads) {
  TuneRatings parts;
  SplitResult test =
      split_random(std::move(ratings), test_fraction, derive_seed(seed, SeedUse::kTune), threads);
  parts.test = std::move(test.validation);
  parts.refit = test.training;
  SplitResult rest = split_random(std::move(test.training), valid_fraction, seed, threads);
  parts.training = std::move(rest.training);
  parts.validation = std::move(rest.validation);
  return parts;
}

TrainHooks hooks_of_trainings(const TuneHooks& hooks, std::stop_token stop) {
  return {.on_epoch = {},
          .stop = std::move(stop),
          .warm_start = nullptr,
          .user_features = hooks.user_features,
          .item_features = hooks.item_features};
}

double again_seconds(const TuneRatings& ratings, double seconds, double thread_share) {
  if (ratings.refit.size() == 0) return 0.0;
  constexpr double kMargin = 1.2, kLost = 0.25;  // of what more threads could save
  const double more =
      static_cast<double>(ratings.refit.size()) / static_cast<double>(ratings.training.size());
  return kMargin * more * seconds * (thread_share + kLost * (1.0 - thread_share));
}

double refit_seconds(const TuneRatings& ratings, const FoundTrials& found) {
  const auto seconds = [&](const std::optional<Found>& one) {
    if (!one) return 0.0;
    const TuneTrial& trial = one->trial;
    return again_seconds(
        ratings, trial.options.seeds * trial.seconds * trial.best_epoch / std::max(1, trial.epochs),
        one->thread_share);
  };
  const bool is_first = found.best && found.best->trial.number == 0;
  return seconds(found.best) + (is_first ? 0.0 : seconds(found.first));
}

void finish_search(const TuneRatings& ratings, const TuneOptions& options, const TuneHooks& hooks,
                   bool has_time, FoundTrials found, TuneResult& result) {
  const int threads = options.start.threads;
  const bool is_first = found.best->trial.number == 0;
  result.best = found.best->trial.number;
  result.model = found.best->result.model;
  std::optional<FactorModel> of_start;
  if (found.first) of_start = found.first->result.model;
  if (ratings.refit.size() > 0 && has_time && !result.requested) {
    // Both or none: they are to be compared.
    std::optional<FactorModel> best = refitted(ratings, *found.best, threads, hooks), first = best;
    if (best && !is_first && found.first) first = refitted(ratings, *found.first, threads, hooks);
    result.refitted = best && first;
    if (result.refitted) {
      result.model = std::move(*best);
      if (of_start) of_start = std::move(first);
    }
    result.requested = hooks.stop.stop_requested();
  }
  result.test = test_figure(ratings, options.start, result.model);
  result.start_test = is_first   ? result.test
                      : of_start ? test_figure(ratings, options.start, *of_start)
                                 : EpochReport::kNotComputed;
}

}  // namespace mfpar
