// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <thread>
#include <vector>

#include "base/handoff.hpp"
#include "base/parallel.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/model_errors.hpp"
#include "compute/rating_statistics.hpp"
#include "mfpar/epoch_report.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/train.hpp"
#include "train/solver.hpp"
#include "train/validation_lists.hpp"

namespace mfpar {

/// What is known for good when training ends.
struct EvaluatorOutcome {
  std::vector<EpochReport> history;
  std::optional<FactorModel>
      best;  ///< the snapshot with the lowest validation error or highest NDCG; none without one
  int best_epoch = 0;
  bool out_of_patience = false;
};

/// Evaluates snapshots on its own thread, with its own workers, while the next epoch runs;
/// completes the reports, gives them to the caller in order, keeps the best snapshot and watches
/// the patience. One thread submits; everything it needs to see comes through the handoff or
/// outcome().
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
  };

  /// All that `setup` refers to must outlive the evaluator.
  explicit Evaluator(const Setup& setup);

  /// Waits for the thread; reports already submitted are still delivered.
  ~Evaluator();

  /// Waits until the last submission has been evaluated, and returns how long that took. Called
  /// before a snapshot is taken, it bounds the snapshots that live at once to the best and a new
  /// one. Rethrows a failure of the evaluator's thread or of the caller's callback.
  double wait();

  /// Hands over an epoch's report, with the snapshot to evaluate if it is to be. `running` are the
  /// workers' sums of the epoch. Waits and rethrows as wait() does.
  void submit(const EpochReport& report, const PassSums& running,
              std::optional<FactorModel> snapshot);

  /// The validation error has not improved for as long as the options allow. May be asked at any
  /// time; turns true at most once, and later submissions are then ignored.
  bool out_of_patience() const noexcept { return out_of_patience_.load(std::memory_order_acquire); }

  /// Waits for the last report to be delivered. Rethrows as wait() does. Nothing may be submitted
  /// afterwards.
  EvaluatorOutcome finish();

 private:
  struct Message {
    EpochReport report;
    PassSums running;
    std::optional<FactorModel> snapshot;
  };

  void serve();
  void evaluate(Message& message);
  void fill_training_error(Message& message) const;
  void judge(const Message& message);

  // Constant after construction.
  const Setup setup_;

  // The evaluator's thread alone, until finish() has waited for it.
  Workers workers_;
  EvaluatorOutcome outcome_;
  double best_error_ = EpochReport::kNotComputed;  // of one-class feedback -NDCG
  int evaluations_since_best_ = 0;

  // Synchronised by themselves.
  Handoff<Message> handoff_;
  std::atomic<bool> out_of_patience_{false};
  std::jthread thread_;  // last: it begins when all else stands
};

}  // namespace mfpar
