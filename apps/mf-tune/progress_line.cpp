// SPDX-License-Identifier: MIT
#include "mf-tune/progress_line.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "common/text.hpp"
#include "mf-tune/tune_report.hpp"

namespace mfpar::apps {

namespace {
constexpr const char* kClearLine = "\r\033[K";
}

ProgressLine::ProgressLine(const TuneCommand& command)
    : command_(command), is_shown_(!command.train.quiet && isatty(STDERR_FILENO) != 0) {}

ProgressLine::~ProgressLine() {
  if (is_shown_) std::fputs(kClearLine, stderr);
}

std::string progress_text(const TuneCommand& command, const TuneProgress& progress) {
  std::string text = counted(progress.ended, "trial");
  if (command.trials) text += " of at most " + with_commas(*command.trials);
  if (progress.best) {
    text += ", the best one " + figure_text(command.train.train, progress.best->valid);
  }
  double left = std::max(0.0, command.budget - progress.seconds);
  if (command.trials && progress.ended > 0) {
    const auto still = static_cast<double>(*command.trials - progress.ended);
    left = std::min(left, progress.seconds / static_cast<double>(progress.ended) * still);
  }
  return text + ", " + clock_time(progress.seconds) + " passed, at most " + clock_time(left) +
         " to go";
}

void ProgressLine::show(const TuneProgress& progress) {
  constexpr double kSeconds = 0.2;
  if (!is_shown_ || (shown_at_ >= 0.0 && progress.seconds < shown_at_ + kSeconds)) return;
  shown_at_ = progress.seconds;
  std::fprintf(stderr, "%s%s", kClearLine, progress_text(command_, progress).c_str());
  std::fflush(stderr);
}

}  // namespace mfpar::apps
