// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mfpar/export.hpp"

namespace mfpar {

/// Where training leaves what it needs to go on after it was cut off, and how often.
struct CheckpointOptions {
  /// A folder of its own, made where there is none.
  std::string folder;

  /// After every so many epochs (sweeps, of Gibbs sampling); 0: by time alone.
  int every_epochs = 0;

  /// At the end of an epoch when so many seconds have passed since the last one; 0: by epochs
  /// alone.
  double every_seconds = 60.0;

  /// Go on from what is in the folder; where nothing is, start afresh.
  bool resume = false;
};

class CheckpointStore;

/// The checkpoints of trainings that follow one another, in the same order each time: train(), then
/// refit(), each for all its seeds, each fold of a cross-validation. They take this through
/// TrainHooks, and number themselves 1, 2, ...
///
/// A checkpoint is a file "training-N-epoch-E.checkpoint": parameters and state of the solver, the
/// history, the best epoch so far, the samples so far, options, and fingerprints of the data. It is
/// copied at the end of an epoch (which takes as much memory as the parameters and their state) and
/// written beside training, whole or not at all; the last two are kept. A training that is done
/// leaves its model, "training-N.model". What goes on from them ends as if it had never been cut
/// off, with the same bytes where the schedule and the method are reproducible.
///
/// One thread calls, and trains; failure() may be called from any. One process at a time uses a
/// folder.
class MFPAR_API Checkpoints {
 public:
  /// Throws Error(kBadOption) for intervals below 0 or none, and where the folder holds what a
  /// training that was cut off has left and `resume` does not say to go on from it; Error(kSystem)
  /// when the folder cannot be made or written to, or another process uses it.
  explicit Checkpoints(const CheckpointOptions& options);
  ~Checkpoints();
  Checkpoints(const Checkpoints&) = delete;
  Checkpoints& operator=(const Checkpoints&) = delete;

  /// What trainings will go on from, as "training 2, epoch 14"; "" where they start afresh.
  const std::string& found() const noexcept;

  /// Files that are damaged, and were passed over, so far; a sentence each.
  const std::vector<std::string>& warnings() const noexcept;

  /// Why the first checkpoint that could not be written was not; "" while all were. Training goes
  /// on.
  std::string failure() const;

  /// What the trainings were for is saved elsewhere: whoever comes next without `resume` may remove
  /// what is here.
  void finish();

  CheckpointStore& store() noexcept { return *store_; }

 private:
  std::unique_ptr<CheckpointStore> store_;
};

}  // namespace mfpar
