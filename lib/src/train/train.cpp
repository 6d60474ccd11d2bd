// SPDX-License-Identifier: MIT
#include "mfpar/train.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "base/parallel.hpp"
#include "base/stopwatch.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/objective.hpp"
#include "compute/rating_statistics.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"
#include "mfpar/option_names.hpp"
#include "model/model_check.hpp"
#include "train/als_solver.hpp"
#include "train/average_seeds.hpp"
#include "train/check_features.hpp"
#include "train/evaluator.hpp"
#include "train/learn_by_gibbs.hpp"
#include "train/rows_by_features.hpp"
#include "train/sgd_solver.hpp"
#include "train/store_lists.hpp"
#include "train/training_sample.hpp"
#include "train/validation_lists.hpp"

namespace mfpar {

namespace {

/// The part of the hooks' model that is of the feedback that is learnt from.
const FactorModel* initial_model(const TrainHooks& hooks, const TrainOptions& options) {
  if (hooks.init == nullptr) return nullptr;
  if (options.feedback == Feedback::kOneClass) return hooks.init->one_class();
  return hooks.init->feedback() == Feedback::kRatings ? hooks.init : nullptr;
}

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
  check_features(hooks, training, options.method);
  if (hooks.init == nullptr) return;
  if (options.method == Method::kGibbs) {
    throw Error(ErrorCode::kBadOption,
                "method gibbs starts from no model: its chain forgets where it began; leave init "
                "out, or learn by sgd");
  }
  const FactorModel* const init = initial_model(hooks, options);
  if (init == nullptr) {
    throw Error(ErrorCode::kBadOption, "the initial model was trained on " +
                                           name_of(kFeedbackNames, hooks.init->feedback()) +
                                           " feedback; train on the same, not on " +
                                           name_of(kFeedbackNames, options.feedback));
  }
  if (init->has_link()) {
    throw Error(ErrorCode::kBadOption,
                "the initial model learnt by --likelihood ordinal, and its scores are no ratings "
                "to go on from; start from a model of sgd, or leave init out");
  }
  if (init->rank() != static_cast<std::uint32_t>(options.rank)) {
    throw Error(ErrorCode::kBadOption,
                "the initial model has rank " + std::to_string(init->rank()) +
                    "; train with the same rank, not " + std::to_string(options.rank));
  }
  if (init->loss() != options.loss) {
    throw Error(ErrorCode::kBadOption, "the initial model was trained with the loss " +
                                           std::string(describe_loss(init->loss()).name) +
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

/// Throws when what was measured of the ratings, or what is charged under the options, is beyond
/// single precision: nothing that is learnt with it could be used.
void check_finite(const RatingStatistics& statistics, const TrainOptions& options) {
  const auto finite = [](float x) { return std::isfinite(x); };
  const RatingScale& scale = statistics.scale;
  const BiasBaseline& baseline = statistics.baseline;
  constexpr double kMost = 1e37;  // twice or four times of it are finite still
  const PenaltyCharges charges = penalty_charges(options.loss, options, scale.deviation);
  const PenaltyCharges of_ratings =
      penalty_charges(options.loss, {.loss = options.loss, .lambda_factors = 1, .lambda_biases = 1},
                      scale.deviation);
  if (!finite(scale.mean) || !finite(scale.deviation) || !finite(scale.target.width) ||
      !finite(scale.range.highest - scale.range.lowest) || !finite(baseline.mean) ||
      of_ratings.factors > kMost || !std::ranges::all_of(baseline.user_biases, finite) ||
      !std::ranges::all_of(baseline.item_biases, finite)) {
    throw Error(ErrorCode::kBadData,
                "the ratings reach from " + shortest_decimal(scale.range.lowest) + " to " +
                    shortest_decimal(scale.range.highest) +
                    ", beyond what can be computed with in single precision; mend or leave out "
                    "the lines that are wrong, or scale all ratings down");
  }
  if (charges.factors < kMost && charges.biases < kMost) return;
  throw Error(ErrorCode::kDiverged,
              "the penalties are beyond what can be computed with in single precision; lower "
              "lambda-factors (now " +
                  shortest_decimal(options.lambda_factors) + ") or lambda-biases (now " +
                  shortest_decimal(options.lambda_biases) + ")");
}

/// What there is to say when the errors of an epoch tell that training has left the rails, else
/// nothing: in the units of training targets are about 1 apart, so a mean error in the thousands is
/// no way to a minimum.
std::string divergence(const PassSums& sums, std::uint64_t ratings, int epoch,
                       const TrainOptions& options) {
  constexpr double kExploded = 1e4;
  const double error = sums.error / static_cast<double>(ratings);
  if (error < kExploded) return "";
  return "training diverged in epoch " + std::to_string(epoch) +
         (std::isfinite(error) ? ": the error exploded" : ": the error is not finite") +
         "; lower the learning rate (now " + shortest_decimal(options.learning_rate) +
         ") or raise the penalties";
}

std::vector<EpochReport> without_times(std::vector<EpochReport> history) {
  for (EpochReport& report : history) {
    report.seconds = report.updates_per_second = 0.0;
    report.evaluation_seconds = report.wait_seconds = 0.0;
  }
  return history;
}

/// Learns epoch by epoch, one ahead of the evaluator.
Learnt learn_by_epochs(RatingStore training, const RatingStore& validation,
                       const RatingStatistics& statistics, const TrainOptions& options,
                       const TrainHooks& hooks, const KernelSet& kernels, const Workers& workers) {
  const bool one_class = options.feedback == Feedback::kOneClass;
  std::optional<ValidationLists> lists;
  if (one_class && validation.size() > 0) lists.emplace(training, validation, options.one_class);
  std::optional<RatingStore> sample;
  if (options.train_error != TrainError::kExact) {
    sample = sample_users(training, options.sample, options.seed);
  }
  const FactorModel* const init = initial_model(hooks, options);
  const auto solver =
      one_class ? make_als_solver(std::move(training), options, init, workers)
                : make_sgd_solver(std::move(training), statistics, options, init, workers);
  Evaluator evaluator({*solver, sample, validation, options, hooks, kernels, statistics, lists});

  if (options.eval_every > 0) {
    evaluator.submit(EpochReport{}, PassSums{}, solver->snapshot());
  }
  const auto stop = [&] { return hooks.stop.stop_requested() || evaluator.out_of_patience(); };
  Learnt learnt;
  int epoch = 0;
  while (epoch < options.epochs && !stop()) {
    ++epoch;
    const Stopwatch epoch_time;
    const PassSums sums = solver->run_epoch(epoch, stop);
    learnt.divergence = divergence(sums, statistics.count, epoch, options);
    if (!learnt.divergence.empty() || stop()) break;
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

  const bool diverged = !learnt.divergence.empty() && !outcome.out_of_patience;
  if (diverged && outcome.best_epoch == 0) throw Error(ErrorCode::kDiverged, learnt.divergence);
  learnt.stop_reason = diverged                      ? StopReason::kDiverged
                       : outcome.out_of_patience     ? StopReason::kPatience
                       : hooks.stop.stop_requested() ? StopReason::kRequested
                                                     : StopReason::kEpochs;
  learnt.best_epoch = outcome.best ? outcome.best_epoch : epoch;
  learnt.parts = (outcome.best ? *outcome.best : solver->snapshot()).parts();
  solver->give_lists(learnt.parts);
  learnt.history = std::move(outcome.history);
  return learnt;
}

}  // namespace

TrainResult train(RatingStore training, const RatingStore& validation,
                  const TrainOptions& requested, const TrainHooks& hooks) {
  check_input(training, validation, requested, hooks);
  if (requested.seeds > 1) return average_seeds(training, validation, requested, hooks);
  const Workers workers(requested.threads);
  const KernelSet& kernels = find_kernels(requested.kernel);
  TrainOptions options = requested;
  options.kernel = kernels.name;
  const bool one_class = options.feedback == Feedback::kOneClass;
  if (!options.one_class.unobserved_weight) {
    options.one_class.unobserved_weight =
        usual_unobserved_weight(training.size(), training.user_count(), training.item_count());
  }
  const RatingStatistics statistics =
      one_class ? count_ratings(training, workers)
                : measure_ratings(training, options.loss, options.biases, workers);
  if (!one_class) {
    check_validation(validation, options.loss, statistics.scale.range);
    check_finite(statistics, options);
  }
  std::optional<RatingStore> rated;  // what the solver takes, where it is looked at once more
  if (hooks.user_features || hooks.item_features) rated = training;
  Learnt learnt =
      options.method == Method::kGibbs
          ? learn_by_gibbs(training, validation, statistics, options, hooks, kernels, workers)
          : learn_by_epochs(std::move(training), validation, statistics, options, hooks, kernels,
                            workers);

  // What the model lacks to be saved: what simpler models reach, where it comes from.
  if (validation.size() > 0) learnt.parts.held_out = item_lists_of(validation, workers);
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
  return result;
}

}  // namespace mfpar
