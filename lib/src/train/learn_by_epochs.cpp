// SPDX-License-Identifier: MIT
#include "train/learn_by_epochs.hpp"

#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/stopwatch.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"
#include "train/als_solver.hpp"
#include "train/check_input.hpp"
#include "train/evaluator.hpp"
#include "train/ranked_progress.hpp"
#include "train/sgd_solver.hpp"
#include "train/training_sample.hpp"
#include "train/validation_lists.hpp"

namespace mfpar {

namespace {

// From a rate of 1000 to one of 0.001.
constexpr int kMostDivergences = 20;

class EpochTraining {
 public:
  EpochTraining(TrainingRatings training, const LearnSetup& setup)
      : setup_(setup),
        is_saved_(agreed(setup.checkpoints != nullptr)),
        goes_on_(agreed(setup.checkpoints != nullptr && setup.checkpoints->saved() != nullptr)),
        lists_(make_lists(training)),
        sample_(make_sample(training)),
        solver_(make_solver(std::move(training))),
        evaluator_({*solver_, sample_, setup.validation, setup.options, setup.hooks, setup.kernels,
                    setup.statistics, lists_, setup.checkpoints, setup.share},
                   go_on()) {}

  Learnt learn();

 private:
  bool is_one_class() const { return setup_.options.feedback == Feedback::kOneClass; }
  bool stop_requested() const { return setup_.hooks.stop.stop_requested(); }
  /// What of several ranks the first says: what only it knows, or some know before others.
  bool agreed(bool is_so) const {
    return setup_.share != nullptr ? setup_.share->channel(kTrainerTag).agree(is_so) : is_so;
  }

  std::optional<ValidationLists> make_lists(const TrainingRatings& training) const;
  std::optional<RatingStore> make_sample(const TrainingRatings& training) const;
  std::unique_ptr<Solver> make_solver(TrainingRatings training) const;
  TrainingProgress go_on();
  void submit(EpochReport report, const PassSums& sums);
  SectionWriter saved_state() const;
  bool go_back(int epoch, const std::string& what);
  bool is_worse_than_start();
  bool has_diverged(const PassSums& sums) const;

  const LearnSetup& setup_;
  const bool is_saved_;  ///< there are checkpoints
  const bool goes_on_;   ///< from one
  const std::optional<ValidationLists> lists_;
  const std::optional<RatingStore> sample_;
  const std::unique_ptr<Solver> solver_;
  int epoch_ = 0;          ///< that is done
  bool stopping_ = false;  ///< as was asked for by the end of that
  Evaluator evaluator_;
};

std::optional<ValidationLists> EpochTraining::make_lists(const TrainingRatings& training) const {
  if (!is_one_class() || setup_.validation.size() == 0) return std::nullopt;
  return std::optional<ValidationLists>(std::in_place, training.store, setup_.validation,
                                        setup_.options.one_class);
}

std::optional<RatingStore> EpochTraining::make_sample(const TrainingRatings& training) const {
  if (setup_.options.train_error == TrainError::kExact) return std::nullopt;
  return training.visit([&](const RatingSource& ratings) {
    return sample_users(ratings, setup_.statistics.user_counts, setup_.options.sample,
                        setup_.options.seed);
  });
}

std::unique_ptr<Solver> EpochTraining::make_solver(TrainingRatings training) const {
  const FactorModel* const init = initial_model(setup_.hooks, setup_.options);
  if (is_one_class()) {
    return make_als_solver(std::move(training.store), setup_.options, init, setup_.workers);
  }
  if (!training.streams()) {
    return make_sgd_solver(std::move(training.store), setup_.statistics, setup_.options, init,
                           setup_.workers, setup_.share);
  }
  return make_sgd_solver(std::move(training.source), training.stream.temporary, setup_.statistics,
                         setup_.options, init, setup_.workers);
}

/// From the checkpoint, if there is one.
TrainingProgress EpochTraining::go_on() {
  if (!goes_on_) return {};
  if (setup_.checkpoints == nullptr) {
    solver_->restore_from_first();
    return progress_from_first(solver_->snapshot(), *setup_.share, epoch_);
  }
  solver_->restore(*setup_.checkpoints->saved());
  epoch_ = setup_.checkpoints->epoch();
  TrainingProgress progress = setup_.checkpoints->take_progress(solver_->snapshot());
  if (setup_.share != nullptr) deal_progress(progress, *setup_.share, epoch_);
  return progress;
}

/// Whether the errors of an epoch tell that training has left the rails.
bool EpochTraining::has_diverged(const PassSums& sums) const {
  return !(sums.error / static_cast<double>(setup_.statistics.count) < kMostMeanError);
}

/// Whether training can go on from what was best so far, or from its start, with a lower rate.
bool EpochTraining::go_back(int epoch, const std::string& what) {
  const TrainingProgress& progress = evaluator_.progress();
  const int divergences = progress.divergences + 1;
  if (divergences > kMostDivergences) return false;
  const double rate = std::ldexp(1.0, -divergences);
  if (!solver_->start_again(progress.best ? &*progress.best : nullptr, rate)) return false;
  DivergenceReport report{.epoch = epoch,
                          .restored_epoch = progress.best ? progress.best_epoch : 0,
                          .learning_rate = rate * setup_.options.learning_rate,
                          .what = what};
  epoch_ = report.restored_epoch;
  evaluator_.go_back(epoch_);
  if (is_saved_) {
    SectionWriter state = saved_state();
    TrainingProgress saved = progress;
    if (saved.best) saved.best = solver_->whole(*saved.best, kTrainerTag);
    if (setup_.checkpoints != nullptr) {
      setup_.checkpoints->go_back(epoch_);
      setup_.checkpoints->submit(std::move(state), epoch_, saved);
    }
  }
  if (setup_.hooks.on_divergence) setup_.hooks.on_divergence(report);
  return true;
}

/// Whether all that was learnt is of no use, and a lower rate could help. From a model that was
/// trained before there may be nothing more to learn.
bool EpochTraining::is_worse_than_start() {
  evaluator_.wait();
  if (epoch_ == 0 || stopping_ || setup_.hooks.warm_start != nullptr) return false;
  const TrainingProgress& progress = evaluator_.progress();
  if (progress.best) return progress.best_epoch == 0;
  const std::vector<EpochReport>& history = progress.history;
  return !history.empty() && history.back().train_error > history.front().train_error;
}

SectionWriter EpochTraining::saved_state() const {
  SectionWriter file = TrainingCheckpoints::new_file();
  solver_->save(file);
  return file;
}

/// Gives the end of an epoch to the evaluator.
void EpochTraining::submit(EpochReport report, const PassSums& sums) {
  stopping_ = agreed(stop_requested());
  const TrainOptions& options = setup_.options;
  const bool evaluated =
      options.eval_every > 0 && (epoch_ % options.eval_every == 0 || epoch_ == options.epochs);
  report.wait_seconds = evaluator_.wait();
  std::optional<FactorModel> snapshot;
  if (evaluated) snapshot = solver_->snapshot();
  std::optional<SectionWriter> state;
  TrainingCheckpoints* const checkpoints = setup_.checkpoints;
  if (epoch_ > 0 && is_saved_ &&
      agreed(checkpoints != nullptr && (checkpoints->is_due(epoch_) || stopping_))) {
    state = saved_state();
  }
  evaluator_.submit(report, sums, std::move(snapshot), std::move(state));
}

Learnt EpochTraining::learn() {
  const TrainOptions& options = setup_.options;
  stopping_ = agreed(stop_requested());
  if (!goes_on_ && options.eval_every > 0) submit(EpochReport{}, PassSums{});
  // An epoch that is to be saved is finished; so is one of several ranks, who would not stop at the
  // same place.
  const bool finishes = is_saved_;
  const auto stop = [&] { return (!finishes && stop_requested()) || evaluator_.out_of_patience(); };
  const auto stop_within = [&] { return setup_.share == nullptr && stop(); };
  Learnt learnt;
  const auto is_done = [&] {
    return agreed(stopping_ || epoch_ >= options.epochs || evaluator_.out_of_patience());
  };
  while (!is_done() ||
         (is_worse_than_start() && go_back(epoch_, "no epoch was better than the start"))) {
    const Stopwatch epoch_time;
    const PassSums sums = solver_->run_epoch(epoch_ + 1, stop_within);
    if (has_diverged(sums)) {
      evaluator_.wait();
      if (evaluator_.out_of_patience()) continue;
      if (go_back(epoch_ + 1, "the error exploded")) continue;
      learnt.divergence = "training diverged in epoch " + std::to_string(epoch_ + 1) +
                          ": the error exploded, even with a rate halved " +
                          std::to_string(evaluator_.progress().divergences) +
                          " times; lower the learning rate (now " +
                          shortest_decimal(options.learning_rate) + ") or raise the penalties";
      break;
    }
    if (agreed(stop())) {
      stopping_ = agreed(stop_requested() && !finishes);
      continue;
    }
    ++epoch_;
    EpochReport report;
    report.epoch = epoch_;
    report.seconds = epoch_time.seconds();
    report.updates_per_second = static_cast<double>(setup_.statistics.count) / report.seconds;
    submit(report, sums);
  }
  const bool out_of_patience = evaluator_.finish();
  // A request that came with the last report counts, where it leaves nothing to go on with.
  stopping_ = stopping_ || agreed(!finishes && stop_requested());
  TrainingProgress progress = evaluator_.progress();

  const bool diverged = !learnt.divergence.empty() && !out_of_patience;
  if (diverged && progress.best_epoch == 0) throw Error(ErrorCode::kDiverged, learnt.divergence);
  learnt.stop_reason = diverged          ? StopReason::kDiverged
                       : out_of_patience ? StopReason::kPatience
                       : stopping_       ? StopReason::kRequested
                                         : StopReason::kEpochs;
  learnt.best_epoch = progress.best ? progress.best_epoch : epoch_;
  const FactorModel learnt_model = progress.best ? *progress.best : solver_->snapshot();
  learnt.parts = solver_->whole(learnt_model, kTrainerTag).parts();
  if (setup_.hooks.rated_lists) solver_->give_lists(learnt.parts);
  learnt.history = std::move(progress.history);
  learnt.divergences = progress.divergences;
  return learnt;
}

}  // namespace

Learnt learn_by_epochs(TrainingRatings training, const LearnSetup& setup) {
  return EpochTraining(std::move(training), setup).learn();
}

}  // namespace mfpar
