// SPDX-License-Identifier: MIT
#include "mfpar/train.hpp"

#include <cmath>
#include <optional>

#include "mfpar/decimal.hpp"
#include "base/parallel.hpp"
#include "base/stopwatch.hpp"
#include "compute/bias_baseline.hpp"
#include "compute/epoch_schedule.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/rating_scale.hpp"
#include "mfpar/error.hpp"
#include "mfpar/evaluate.hpp"
#include "train/evaluator.hpp"
#include "train/item_lists_of.hpp"
#include "train/snapshot.hpp"
#include "train/training_sample.hpp"
#include "train/training_state.hpp"

namespace mfpar {

namespace {

void check_input(const RatingStore& training, const RatingStore& validation,
                 const TrainOptions& options, const TrainHooks& hooks) {
  check_options(options);
  if (training.size() == 0) {
    throw Error(ErrorCode::kBadData, "there are no ratings to train on");
  }
  if (validation.size() > 0 && (validation.user_count() != training.user_count() ||
                                validation.item_count() != training.item_count())) {
    throw Error(
        ErrorCode::kBadOption,
        "training and validation ratings do not share their users and items; split one store, "
        "or join two tables");
  }
  if (hooks.init != nullptr && hooks.init->rank() != static_cast<std::uint32_t>(options.rank)) {
    throw Error(ErrorCode::kBadOption,
                "the initial model has rank " + std::to_string(hooks.init->rank()) +
                    "; train with the same rank, not " + std::to_string(options.rank));
  }
}

/// Throws when the errors of an epoch say that training has left the rails: standardised ratings
/// have variance 1, so a mean squared error in the thousands is no way to a minimum.
void check_converging(const PassSums& sums, std::uint64_t ratings, int epoch,
                      const TrainOptions& options) {
  constexpr double kExploded = 1e4;
  const double mse = sums.error / static_cast<double>(ratings);
  if (mse < kExploded) return;
  throw Error(ErrorCode::kDiverged,
              "training diverged in epoch " + std::to_string(epoch) +
                  (std::isfinite(mse) ? ": the error exploded" : ": the error is not finite") +
                  "; lower the learning rate (now " + shortest_decimal(options.learning_rate) +
                  ") or raise the penalties");
}

std::vector<EpochReport> without_times(std::vector<EpochReport> history) {
  for (EpochReport& report : history) {
    report.seconds = report.updates_per_second = 0.0;
    report.evaluation_seconds = report.wait_seconds = 0.0;
  }
  return history;
}

/// What a snapshot lacks to be saved: who rated what, what simpler models reach, where it comes
/// from.
FactorModel complete_model(const FactorModel& snapshot, ItemLists trained,
                           const RatingStore& validation, const BiasBaseline& baseline,
                           const TrainingRecord& record, const Workers& workers) {
  FactorModel::Parts parts = snapshot.parts();
  parts.trained = std::move(trained);
  if (validation.size() > 0) parts.held_out = item_lists_of(validation, workers);
  parts.baseline = baseline;
  parts.record = record;
  return FactorModel(std::move(parts));
}

}  // namespace

TrainResult train(RatingStore training, const RatingStore& validation,
                  const TrainOptions& requested, const TrainHooks& hooks) {
  check_input(training, validation, requested, hooks);
  const Workers workers(requested.threads);
  const KernelSet& kernels = find_kernels(requested.kernel);
  TrainOptions options = requested;
  options.kernel = kernels.name;
  const RatingScale scale = measure_scale(training, options.biases, workers);
  TrainingState state(training, scale, options, hooks.init, workers);
  TrainingRecord record;
  record.options = describe_options(options);
  record.seed = options.seed;
  record.ratings = training.size();
  record.fingerprint = rating_fingerprint(training, options.threads);
  const BiasBaseline baseline =
      fit_bias_baseline(training, scale.average, state.items().counts, workers);
  std::optional<RatingStore> sample;
  if (options.train_mse != TrainMse::kExact) {
    sample = sample_users(training, options.sample, options.seed);
  }
  const SnapshotMaker snapshots(training, scale, options);

  const auto rank = static_cast<std::uint32_t>(options.rank);
  BandStore bands = make_bands(std::move(training), scale, options.schedule, rank, workers);
  const auto schedule = make_schedule(options.schedule, bands, kernels, rank, options.step_rule);
  Evaluator evaluator({bands, sample, validation, options, hooks, kernels, scale,
                       state.users().counts, state.items().counts});

  if (options.eval_every > 0) {
    evaluator.submit(EpochReport{}, PassSums{}, snapshots.take(state, workers));
  }
  const auto stop = [&] { return hooks.stop.stop_requested() || evaluator.out_of_patience(); };
  int epoch = 0;
  while (epoch < options.epochs && !stop()) {
    ++epoch;
    const Stopwatch epoch_time;
    const PassSums sums = schedule->run_epoch(state.plan(epoch), workers, stop);
    check_converging(sums, bands.size(), epoch, options);
    if (stop()) break;
    EpochReport report;
    report.epoch = epoch;
    report.seconds = epoch_time.seconds();
    report.updates_per_second = static_cast<double>(bands.size()) / report.seconds;
    const bool evaluated =
        options.eval_every > 0 && (epoch % options.eval_every == 0 || epoch == options.epochs);
    report.wait_seconds = evaluator.wait();
    std::optional<FactorModel> snapshot;
    if (evaluated) snapshot = snapshots.take(state, workers);
    evaluator.submit(report, sums, std::move(snapshot));
  }
  EvaluatorOutcome outcome = evaluator.finish();

  TrainResult result;
  result.stop_reason = outcome.out_of_patience       ? StopReason::kPatience
                       : hooks.stop.stop_requested() ? StopReason::kRequested
                                                     : StopReason::kEpochs;
  const FactorModel learnt = outcome.best ? *outcome.best : snapshots.take(state, workers);
  record.history = without_times(outcome.history);
  record.best_epoch = outcome.best ? outcome.best_epoch : epoch;
  result.model = complete_model(learnt, std::move(bands).into_item_lists(workers), validation,
                                baseline, record, workers);
  result.history = std::move(outcome.history);
  return result;
}

}  // namespace mfpar
