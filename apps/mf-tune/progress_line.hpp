// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "mf-tune/tune_command.hpp"
#include "mfpar/tune.hpp"

namespace mfpar::apps {

/// On standard error, where that is a terminal, a line that says how a search stands and how long
/// it can still take. Not synchronised.
class ProgressLine {
 public:
  /// Keeps the command. Shows nothing where that is quiet.
  explicit ProgressLine(const TuneCommand& command);

  /// Clears the line.
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const TuneProgress& progress);

 private:
  const TuneCommand& command_;
  const bool is_shown_;
  double shown_at_ = -1.0;  // seconds of the search
};

/// What is shown.
std::string progress_text(const TuneCommand& command, const TuneProgress& progress);

}  // namespace mfpar::apps
