// SPDX-License-Identifier: MIT
#pragma once

#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/handoff.hpp"
#include "io/section_writer.hpp"
#include "mfpar/checkpoint.hpp"
#include "train/checkpoint/checkpoint_folder.hpp"

namespace mfpar {

/// The folder of some Checkpoints, what was found there, and the thread that writes to it. One
/// thread calls, but for write(), wait() and note_failure(), which any may.
class CheckpointStore {
 public:
  explicit CheckpointStore(const CheckpointOptions& wanted);
  ~CheckpointStore();

  /// Leaves a checkpoint to the thread that writes; waits while it is busy.
  void write(CheckpointFolder::Place place, SectionWriter file);
  /// Until all is written.
  void wait() { handoff_.wait_until_done(); }
  /// Remembers why something was not written.
  void note_failure(const std::string& what);

  const CheckpointOptions options;
  CheckpointFolder folder;
  std::string found;
  std::vector<std::string> warnings;
  int trainings = 0;  ///< begun so far

  /// Why the first that was not written was not; "" while all were.
  std::string failure() const;

 private:
  struct Job {
    CheckpointFolder::Place place;
    SectionWriter file;
  };
  void serve();

  mutable std::mutex mutex_;
  std::string failure_;  // guarded by mutex_

  Handoff<Job> handoff_;
  std::jthread thread_;  // last: it begins when all else stands
};

}  // namespace mfpar
