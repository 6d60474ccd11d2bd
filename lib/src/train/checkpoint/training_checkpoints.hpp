// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/stopwatch.hpp"
#include "io/section_reader.hpp"
#include "io/section_writer.hpp"
#include "mfpar/checkpoint.hpp"
#include "mfpar/train.hpp"
#include "train/checkpoint/saved_result.hpp"
#include "train/checkpoint/training_progress.hpp"

namespace mfpar {

/// The checkpoints of one training. One thread calls, but for submit(), which another one may.
class TrainingCheckpoints {
 public:
  /// The next training of those that `all`, which outlives this, is for. Throws Error(kBadOption)
  /// where what was saved of it is of another one.
  TrainingCheckpoints(Checkpoints& all, TrainingIdentity identity);

  /// Waits for what is being written.
  ~TrainingCheckpoints();
  TrainingCheckpoints(const TrainingCheckpoints&) = delete;
  TrainingCheckpoints& operator=(const TrainingCheckpoints&) = delete;

  /// What it gave, where it was done before.
  std::optional<TrainResult> take_result() { return std::move(result_); }

  /// Where it goes on: the file with the state of the solver; null where it starts afresh, and once
  /// the progress was taken.
  const SectionReader* saved() const noexcept { return saved_ ? &*saved_ : nullptr; }
  int epoch() const noexcept { return epoch_; }
  /// The progress saved with it; `like` has the sizes of the best model. Throws Error(kBadFile) for
  /// what cannot be. REQUIRES: saved().
  TrainingProgress take_progress(const FactorModel& like);

  /// Whether the end of this epoch is to be saved, which is as good as done then.
  bool is_due(int epoch);

  /// Saves the end of an epoch; `file` holds the state of the solver, in copies. Waits while the
  /// last one is being written.
  void submit(SectionWriter file, int epoch, const TrainingProgress& progress);

  /// Forgets what was saved of later epochs.
  void go_back(int epoch);

  /// Saves what it gave.
  void keep(const TrainResult& result);

  /// A file for the state of a solver.
  static SectionWriter new_file();

 private:
  void find_result();
  void find_checkpoint();
  void check_identity(const SectionReader& file, const std::string& prefix) const;

  CheckpointStore& all_;
  const TrainingIdentity identity_;
  const int training_;  ///< its number
  std::optional<TrainResult> result_;
  std::optional<SectionReader> saved_;
  int epoch_ = 0;  ///< of the one that was saved last, or is gone on from
  Stopwatch since_last_;
};

}  // namespace mfpar
