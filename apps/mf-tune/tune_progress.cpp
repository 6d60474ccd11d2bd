// SPDX-License-Identifier: MIT
#include "mf-tune/tune_progress.hpp"

#include <algorithm>

#include "common/text.hpp"
#include "mf-tune/tune_report.hpp"

namespace mfpar::apps {

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

}  // namespace mfpar::apps
