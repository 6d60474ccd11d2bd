// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "mfpar/checkpoint.hpp"

namespace mfpar::apps {

/// The checkpoints of mf-train, if there are any, and what is said of them. Not synchronised, but
/// for what Checkpoints is.
class SavedProgress {
 public:
  /// Without a folder there are none. Throws as Checkpoints.
  explicit SavedProgress(const CheckpointOptions& options);

  /// Null without.
  Checkpoints* checkpoints() noexcept { return checkpoints_ ? &*checkpoints_ : nullptr; }

  bool has_checkpoints() const noexcept { return checkpoints_.has_value(); }

  /// What training goes on from; "" where it starts afresh.
  std::string resumed() const { return checkpoints_ ? checkpoints_->found() : ""; }

  /// Says on standard error where it begins, if it was asked to go on.
  void tell_beginning() const;

  /// Warns of what is new: files that are damaged, or could not be written.
  void warn_of_new();

  /// Whether one could not be written; says so then, as an error.
  bool failed() const;

  /// The work is done, and saved.
  void finish();

 private:
  const CheckpointOptions options_;
  std::optional<Checkpoints> checkpoints_;
  std::size_t warned_ = 0;  ///< of so many warnings
  bool warned_of_failure_ = false;
};

}  // namespace mfpar::apps
