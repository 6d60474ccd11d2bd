// SPDX-License-Identifier: MIT
#include "mfpar/train.hpp"

#include <cmath>
#include <optional>

#include "base/parallel.hpp"
#include "base/partition.hpp"
#include "base/stopwatch.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/rating_statistics.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"
#include "train/evaluator.hpp"
#include "train/sgd_solver.hpp"
#include "train/training_sample.hpp"

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
  if (hooks.init != nullptr && hooks.init->loss() != options.loss) {
    throw Error(ErrorCode::kBadOption, "the initial model was trained with the loss " +
                                           std::string(describe_loss(hooks.init->loss()).name) +
                                           "; train with the same, not " +
                                           std::string(describe_loss(options.loss).name));
  }
}

/// Throws when a validation rating is none that the loss knows: labels other than those trained on.
void check_validation(const RatingStore& validation, Loss loss, RatingRange labels) {
  if (!describe_loss(loss).predicts_probability) return;
  validation.for_each(0, validation.size(), [&](ItemIndex, float rating) {
    if (rating == labels.lowest || rating == labels.highest) return;
    throw Error(ErrorCode::kBadData, "a validation rating is " + shortest_decimal(rating) +
                                         "; the labels trained on are " +
                                         shortest_decimal(labels.lowest) + " and " +
                                         shortest_decimal(labels.highest));
  });
}

/// Throws when the errors of an epoch say that training has left the rails: in the units of
/// training targets are about 1 apart, so a mean error in the thousands is no way to a minimum.
void check_converging(const PassSums& sums, std::uint64_t ratings, int epoch,
                      const TrainOptions& options) {
  constexpr double kExploded = 1e4;
  const double error = sums.error / static_cast<double>(ratings);
  if (error < kExploded) return;
  throw Error(ErrorCode::kDiverged,
              "training diverged in epoch " + std::to_string(epoch) +
                  (std::isfinite(error) ? ": the error exploded" : ": the error is not finite") +
                  "; lower the learning rate (now " + shortest_decimal(options.learning_rate) +
                  ") or raise the penalties");
}

/// Who rated what in a store: 4 bytes a rating, and the store's own offsets.
ItemLists item_lists_of(const RatingStore& ratings, const Workers& workers) {
  constexpr std::size_t kPartitions = 256;
  std::vector<ItemIndex> items(ratings.size());
  workers.for_each(kPartitions, [&](std::size_t partition) {
    const Range range = even_range(items.size(), kPartitions, partition);
    std::size_t at = range.begin;
    ratings.for_each(range.begin, range.end, [&](ItemIndex item, float) { items[at++] = item; });
  });
  return {ratings.parts().offsets, FrozenArray<ItemIndex>(std::move(items))};
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
  const RatingStatistics statistics =
      measure_ratings(training, options.loss, options.biases, workers);
  check_validation(validation, options.loss, statistics.scale.range);
  std::optional<RatingStore> sample;
  if (options.train_error != TrainError::kExact) {
    sample = sample_users(training, options.sample, options.seed);
  }
  const auto solver =
      make_sgd_solver(std::move(training), statistics, options, hooks.init, workers);
  Evaluator evaluator({*solver, sample, validation, options, hooks, kernels, statistics});

  if (options.eval_every > 0) {
    evaluator.submit(EpochReport{}, PassSums{}, solver->snapshot());
  }
  const auto stop = [&] { return hooks.stop.stop_requested() || evaluator.out_of_patience(); };
  int epoch = 0;
  while (epoch < options.epochs && !stop()) {
    ++epoch;
    const Stopwatch epoch_time;
    const PassSums sums = solver->run_epoch(epoch, stop);
    check_converging(sums, statistics.count, epoch, options);
    if (stop()) break;
    EpochReport report;
    report.epoch = epoch;
    report.seconds = epoch_time.seconds();
    report.updates_per_second = static_cast<double>(statistics.count) / report.seconds;
    const bool evaluated =
        options.eval_every > 0 && (epoch % options.eval_every == 0 || epoch == options.epochs);
    report.wait_seconds = evaluator.wait();
    std::optional<FactorModel> snapshot;
    if (evaluated) snapshot = solver->snapshot();
    evaluator.submit(report, sums, std::move(snapshot));
  }
  EvaluatorOutcome outcome = evaluator.finish();

  TrainResult result;
  result.stop_reason = outcome.out_of_patience       ? StopReason::kPatience
                       : hooks.stop.stop_requested() ? StopReason::kRequested
                                                     : StopReason::kEpochs;
  const FactorModel learnt = outcome.best ? *outcome.best : solver->snapshot();
  TrainingRecord record;
  record.options = describe_options(options);
  record.seed = options.seed;
  record.ratings = statistics.count;
  record.fingerprint = statistics.fingerprint;
  record.history = without_times(outcome.history);
  record.best_epoch = outcome.best ? outcome.best_epoch : epoch;
  result.model = complete_model(learnt, solver->take_item_lists(), validation, statistics.baseline,
                                record, workers);
  result.history = std::move(outcome.history);
  return result;
}

}  // namespace mfpar
