// SPDX-License-Identifier: MIT
#include "mf-train/saved_progress.hpp"

#include <cstdio>
#include <utility>

namespace mfpar::apps {

SavedProgress::SavedProgress(const CheckpointOptions& options) : options_(options) {
  if (!options.folder.empty()) checkpoints_.emplace(options);
}

void SavedProgress::tell_beginning() const {
  if (!options_.resume) return;
  const std::string from = resumed();
  std::fprintf(stderr, "%s: %s%s\n", options_.folder.c_str(),
               from.empty() ? "no checkpoint yet; starting afresh" : "going on from ",
               from.c_str());
}

void SavedProgress::warn_of_new() {
  if (!checkpoints_) return;
  const auto warn = [](const std::string& what) {
    std::fprintf(stderr, "mf-train: warning: %s\n", what.c_str());
  };
  for (; warned_ < checkpoints_->warnings().size(); ++warned_) {
    warn(checkpoints_->warnings()[warned_]);
  }
  const std::string failure = checkpoints_->failure();
  if (failure.empty() || std::exchange(warned_of_failure_, true)) return;
  warn(failure + "; training goes on without this checkpoint");
}

bool SavedProgress::failed() const {
  if (!checkpoints_ || checkpoints_->failure().empty()) return false;
  std::fprintf(stderr, "mf-train: error: %s; this checkpoint was not written\n",
               checkpoints_->failure().c_str());
  return true;
}

void SavedProgress::finish() {
  if (checkpoints_) checkpoints_->finish();
}

}  // namespace mfpar::apps
