// SPDX-License-Identifier: MIT
#include "mfpar/train.hpp"

#include <optional>
#include <string>
#include <utility>

#include "base/parallel.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/rating_statistics.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"
#include "mfpar/ranks.hpp"
#include "model/model_check.hpp"
#include "train/average_seeds.hpp"
#include "train/check_input.hpp"
#include "train/checkpoint/training_checkpoints.hpp"
#include "train/learn_by_epochs.hpp"
#include "train/learn_by_gibbs.hpp"
#include "train/ranked_training.hpp"
#include "train/rows_by_features.hpp"
#include "train/store_lists.hpp"
#include "train/training_identity.hpp"

namespace mfpar {

namespace {

std::vector<EpochReport> without_times(std::vector<EpochReport> history) {
  for (EpochReport& report : history) {
    report.seconds = report.updates_per_second = 0.0;
    report.evaluation_seconds = report.wait_seconds = 0.0;
  }
  return history;
}

/// Refuses what needs all ratings in memory.
void check_stream(const TrainOptions& options, const TrainHooks& hooks) {
  const auto refuse = [](const std::string& what) {
    throw Error(ErrorCode::kBadOption,
                "ratings are streamed from disk, and " + what +
                    " needs them in memory; leave it out, or read them into a store");
  };
  if (options.feedback == Feedback::kOneClass) refuse("one-class feedback");
  if (options.method == Method::kGibbs) refuse("the method gibbs");
  if (options.seeds > 1) refuse("the average of several seeds");
  if (hooks.user_features != nullptr || hooks.item_features != nullptr)
    refuse("a file of features");
  if (hooks.ranks != nullptr && hooks.ranks->count() > 1) refuse("training on several ranks");
}

/// As learn_by_epochs(); notes whether ranks still train when it fails.
Learnt learn(TrainingRatings training, const LearnSetup& setup) {
  Ranks* const ranks = setup.share != nullptr ? &setup.share->ranks() : nullptr;
  try {
    Learnt learnt = learn_by_epochs(std::move(training), setup);
    if (ranks != nullptr) ranks->is_training = false;
    return learnt;
  } catch (const Error& error) {
    // To which all ranks come.
    if (ranks != nullptr && error.code() == ErrorCode::kDiverged) ranks->is_training = false;
    throw;
  }
}

TrainResult train_on(TrainingRatings training, const RatingStore& validation,
                     const TrainOptions& requested, const TrainHooks& hooks) {
  training.visit(
      [&](const RatingSource& ratings) { check_input(ratings, validation, requested, hooks); });
  if (training.streams()) check_stream(requested, hooks);
  const bool several = hooks.ranks != nullptr && hooks.ranks->count() > 1;
  if (several) check_for_ranks(requested, hooks);
  if (!hooks.rated_lists && requested.feedback == Feedback::kOneClass) {
    throw Error(ErrorCode::kBadOption,
                "a model of one-class feedback lists by who rated what; leave rated_lists on");
  }
  if (requested.seeds > 1) return average_seeds(training.store, validation, requested, hooks);
  const Workers workers(requested.threads);
  const KernelSet& kernels = find_kernels(requested.kernel);
  TrainOptions options = requested;
  options.kernel = kernels.name;
  const bool one_class = options.feedback == Feedback::kOneClass;
  const RatingStatistics statistics = training.visit([&](const RatingSource& ratings) {
    if (!options.one_class.unobserved_weight) {
      options.one_class.unobserved_weight =
          usual_unobserved_weight(ratings.size(), ratings.user_count(), ratings.item_count());
    }
    return one_class ? count_ratings(ratings, workers)
                     : measure_ratings(ratings, options.loss_choice(), options.biases, workers);
  });
  if (!one_class) {
    check_validation(validation, options.loss, statistics.scale.range);
    check_finite(statistics, options);
  }
  std::optional<RatingStore> rated;  // what the solver takes, where it is looked at once more
  if (hooks.user_features || hooks.item_features) rated = training.store;
  std::optional<TrainingCheckpoints> checkpoints;
  if (hooks.checkpoints != nullptr) {
    checkpoints.emplace(*hooks.checkpoints,
                        identity_of(statistics, validation, options, hooks, workers));
    if (auto result = checkpoints->take_result()) return std::move(*result);
  }
  std::optional<RankShare> share;
  RatingsOfRank own;
  if (several) {
    share.emplace(share_of_ranks(*hooks.ranks, statistics, options, workers.threads()));
    hooks.ranks->is_training = true;
    own = deal_ratings(std::exchange(training.store, {}), validation, statistics, options, *share);
    training.store = std::move(own.training);
  }
  const LearnSetup setup{.validation = several ? own.validation : validation,
                         .statistics = statistics,
                         .options = options,
                         .hooks = hooks,
                         .checkpoints = checkpoints ? &*checkpoints : nullptr,
                         .share = share ? &*share : nullptr,
                         .kernels = kernels,
                         .workers = workers};
  Learnt learnt = options.method == Method::kGibbs ? learn_by_gibbs(training.store, setup)
                                                   : learn(std::move(training), setup);

  // What the model lacks to be saved: what simpler models reach, where it comes from.
  if (!hooks.rated_lists) {
    learnt.parts.trained = {};
  } else if (validation.size() > 0) {
    learnt.parts.held_out = item_lists_of(validation, workers);
  }
  learnt.parts.baseline = statistics.baseline;
  TrainingRecord& record = learnt.parts.record;
  record.options = describe_options(options);
  record.seed = options.seed;
  record.ratings = statistics.count;
  record.fingerprint = statistics.fingerprint;
  record.history = without_times(learnt.history);
  record.best_epoch = learnt.best_epoch;
  TrainResult result{.model = FactorModel(std::move(learnt.parts)),
                     .history = std::move(learnt.history),
                     .stop_reason = learnt.stop_reason,
                     .divergence = std::move(learnt.divergence),
                     .divergences = learnt.divergences,
                     .sampling = learnt.sampling};
  if (rated) {
    // Samples know of features already, but of rows without ratings.
    RowsByFeatures rows = rows_by_features(result.model, options.method == Method::kSgd, hooks,
                                           *rated, validation, statistics, kernels, workers);
    result.model = std::move(rows.model);
    if (options.method == Method::kSgd) result.error_by_features = rows.valid_error;
  }
  // The errors that are watched are sums, and clipped: a row here and there may have exploded.
  if (const auto fault = find_fault(result.model)) {
    throw Error(ErrorCode::kDiverged, "training diverged: " + fault->section + ": " + fault->what +
                                          (one_class ? "; raise lambda-one-class"
                                                     : "; lower the learning rate (now " +
                                                           shortest_decimal(options.learning_rate) +
                                                           "), or scale the ratings down"));
  }
  if (checkpoints && result.stop_reason != StopReason::kRequested) checkpoints->keep(result);
  return result;
}

}  // namespace

TrainResult train(RatingStore training, const RatingStore& validation, const TrainOptions& options,
                  const TrainHooks& hooks) {
  return train_on({std::move(training), nullptr}, validation, options, hooks);
}

TrainResult train(std::shared_ptr<const RatingSource> training, const RatingStore& validation,
                  const TrainOptions& options, const TrainHooks& hooks,
                  const StreamOptions& stream) {
  return train_on({RatingStore(), std::move(training), stream}, validation, options, hooks);
}

}  // namespace mfpar
