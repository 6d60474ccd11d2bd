// SPDX-License-Identifier: MIT
#include <cmath>
#include <exception>
#include <utility>

#include "mfpar/checkpoint.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"
#include "train/checkpoint/checkpoint_store.hpp"

namespace mfpar {

namespace {

/// Of these, so that one is left when another is found damaged.
constexpr std::size_t kKept = 2;

CheckpointOptions checked(const CheckpointOptions& options) {
  if (options.every_epochs < 0 || !(options.every_seconds >= 0.0) ||
      std::isinf(options.every_seconds)) {
    throw Error(ErrorCode::kBadOption,
                "checkpoint-every is " +
                    (options.every_epochs < 0 ? std::to_string(options.every_epochs) + " epochs"
                                              : shortest_decimal(options.every_seconds) + " s") +
                    "; it must be 0 or more");
  }
  if (options.every_epochs == 0 && options.every_seconds == 0.0) {
    throw Error(ErrorCode::kBadOption,
                "checkpoint-every is 0; give a number of epochs, or of seconds as 30s");
  }
  return options;
}

std::string describe_place(const CheckpointFolder& folder) {
  const auto checkpoints = folder.checkpoints();
  const auto models = folder.models();
  const int last = checkpoints.empty() ? 0 : checkpoints.back().training;
  if (!models.empty() && models.back() >= last) {
    return "training " + std::to_string(models.back()) + ", done";
  }
  if (checkpoints.empty()) return "";
  return "training " + std::to_string(last) + ", epoch " + std::to_string(checkpoints.back().epoch);
}

}  // namespace

CheckpointStore::CheckpointStore(const CheckpointOptions& wanted)
    : options(checked(wanted)), folder(options.folder), found(describe_place(folder)) {
  if (!options.resume && !found.empty() && !folder.is_finished()) {
    throw Error(ErrorCode::kBadOption,
                options.folder + ": holds the checkpoint of a training that was cut off (" + found +
                    "); go on from it with resume, or remove the folder");
  }
  if (!options.resume) {
    folder.remove_from(1);
    found.clear();
  }
  folder.keep_last(kKept);  // who was killed may have left one more
  thread_ = std::jthread([this] { serve(); });
}

CheckpointStore::~CheckpointStore() { handoff_.close(); }

void CheckpointStore::write(CheckpointFolder::Place place, SectionWriter file) {
  handoff_.put({place, std::move(file)});
}

void CheckpointStore::note_failure(const std::string& what) {
  const std::lock_guard lock(mutex_);
  if (failure_.empty()) failure_ = what;
}

std::string CheckpointStore::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void CheckpointStore::serve() {
  while (auto job = handoff_.take()) {
    try {
      folder.set_finished(false);
      job->file.write(folder.checkpoint_path(job->place));
      folder.keep_last(kKept);
    } catch (const std::exception& e) {
      note_failure(e.what());
    }
    job.reset();
    handoff_.done();
  }
}

Checkpoints::Checkpoints(const CheckpointOptions& options)
    : store_(std::make_unique<CheckpointStore>(options)) {}

Checkpoints::~Checkpoints() = default;

const std::string& Checkpoints::found() const noexcept { return store_->found; }

const std::vector<std::string>& Checkpoints::warnings() const noexcept { return store_->warnings; }

std::string Checkpoints::failure() const { return store_->failure(); }

void Checkpoints::finish() { store_->folder.set_finished(true); }

}  // namespace mfpar
