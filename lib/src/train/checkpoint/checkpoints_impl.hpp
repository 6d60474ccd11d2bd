// SPDX-License-Identifier: MIT
#pragma once

#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/handoff.hpp"
#include "train/checkpoint/checkpoint_folder.hpp"
#include "io/section_writer.hpp"
#include "mfpar/checkpoint.hpp"

namespace mfpar {

struct Checkpoints::Impl {
  explicit Impl(const CheckpointOptions& wanted);
  ~Impl();

  /// Leaves a checkpoint to the thread that writes; waits while it is busy.
  void write(CheckpointFolder::Place place, SectionWriter file);
  /// Until all is written.
  void wait() { handoff.wait_until_done(); }
  /// Remembers why something was not written.
  void note_failure(const std::string& what);

  const CheckpointOptions options;
  CheckpointFolder folder;
  std::string found;
  std::vector<std::string> warnings;
  int trainings = 0;  ///< begun so far

  // Guarded by mutex.
  std::mutex mutex;
  std::string failure;

 private:
  struct Job {
    CheckpointFolder::Place place;
    SectionWriter file;
  };
  void serve();

  Handoff<Job> handoff;
  std::jthread thread;  // last: it begins when all else stands
};

}  // namespace mfpar
