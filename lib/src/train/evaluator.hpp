// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <thread>

#include "base/handoff.hpp"
#include "base/parallel.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/rank_share.hpp"
#include "compute/rating_statistics.hpp"
#include "mfpar/epoch_report.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/train.hpp"
#include "train/checkpoint/training_checkpoints.hpp"
#include "train/checkpoint/training_progress.hpp"
#include "train/solver.hpp"
#include "train/validation_lists.hpp"

namespace mfpar {

/// Evaluates snapshots on its own thread, with its own workers, while the next epoch runs;
/// completes the reports, gives them to the caller in order, keeps the best snapshot and watches
/// the patience. Where several ranks train, each has one, of its ratings: the sums are of all, and
/// so all come to the same. One thread submits; everything it needs to see comes through the
/// handoff or progress().
class Evaluator {
 public:
  struct Setup {
    const Solver& solver;
    const std::optional<RatingStore>&
        sample;  ///< what the training error is taken over, if not all
    const RatingStore& validation;
    const TrainOptions& options;
    const TrainHooks& hooks;
    const KernelSet& kernels;
    const RatingStatistics& statistics;
    const std::optional<ValidationLists>& lists;  ///< what one-class feedback is validated on
    TrainingCheckpoints* checkpoints = nullptr;   ///< null without
    const RankShare* share = nullptr;             ///< null where one process trains
  };

  /// Goes on from `progress`. All that `setup` refers to must outlive the evaluator.
  explicit Evaluator(const Setup& setup, TrainingProgress progress = {});

  /// Waits for the thread; reports already submitted are still delivered.
  ~Evaluator();

  /// Waits until the last submission has been evaluated, and returns how long that took. Called
  /// before a snapshot is taken, it bounds the snapshots that live at once to the best and a new
  /// one. Rethrows a failure of the evaluator's thread or of the caller's callback.
  double wait();

  /// Hands over an epoch's report, with the snapshot to evaluate if it is to be. `running` are the
  /// workers' sums of the epoch. A checkpoint with the solver's `state` is saved when the epoch has
  /// been evaluated. Waits and rethrows as wait() does.
  void submit(const EpochReport& report, const PassSums& running,
              std::optional<FactorModel> snapshot,
              std::optional<SectionWriter> state = std::nullopt);

  /// The validation error has not improved for as long as the options allow. May be asked at any
  /// time; when it has turned true, submissions are ignored until go_back().
  bool out_of_patience() const noexcept { return out_of_patience_.load(std::memory_order_acquire); }

  /// What has been evaluated. REQUIRES: wait() or finish() has returned, and nothing was submitted
  /// since.
  const TrainingProgress& progress() const noexcept { return progress_; }

  /// Training diverged, and goes on from an epoch before. REQUIRES: as progress().
  void go_back(int epoch);

  /// Waits for the last report to be delivered. Whether patience ended training. Rethrows as wait()
  /// does. Nothing may be submitted afterwards.
  bool finish();

 private:
  struct Message {
    EpochReport report;
    PassSums running;
    std::optional<FactorModel> snapshot;
    std::optional<SectionWriter> state;
  };

  void serve();
  void evaluate(Message& message);
  void fill_training_error(Message& message) const;
  void judge(const Message& message);
  void check_patience();
  double on_all_ranks(std::uint64_t count) const;
  void save(Message& message);

  // Constant after construction.
  const Setup setup_;
  const double validated_;  ///< ratings validated on, of all ranks
  const double sampled_;    ///< of the sample

  // The evaluator's thread alone, except when it was waited for.
  Workers workers_;
  TrainingProgress progress_;

  // Synchronised by themselves.
  Handoff<Message> handoff_;
  std::atomic<bool> out_of_patience_{false};
  std::jthread thread_;  // last: it begins when all else stands
};

}  // namespace mfpar
