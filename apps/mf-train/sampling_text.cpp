// SPDX-License-Identifier: MIT
#include "mf-train/sampling_text.hpp"

#include <cmath>

#include "common/text.hpp"

namespace mfpar::apps {

std::string describe(const SamplingReport& sampling) {
  std::string text = counted(static_cast<std::uint64_t>(sampling.samples), "sample");
  if (std::isfinite(sampling.r_hat)) {
    text += ", worth " + fixed(sampling.effective_samples, 0) + " independent ones (R-hat " +
            fixed(sampling.r_hat, 3) + "); more would take " +
            fixed(100.0 * sampling.monte_carlo_error, 2) + " % off the squared error";
  }
  text += "\ntheir mean as a model of rank " + std::to_string(sampling.rank) + " leaves out " +
          fixed(100.0 * sampling.dropped, 2) + " % of it";
  if (std::isfinite(sampling.samples_error)) {
    text += ": validation MSE " + fixed(sampling.model_error, 5) + ", of all samples " +
            fixed(sampling.samples_error, 5);
  }
  if (std::isfinite(sampling.interval_coverage)) {
    text += "\n90 % intervals held " + fixed(100.0 * sampling.interval_coverage, 1) +
            " % of what was held out";
    if (sampling.interval_scale != 1.0) {
      text += "; they are multiplied by " + fixed(sampling.interval_scale, 3) + " to hold 90 %";
    }
  }
  return text + "\n";
}

bool is_too_short(const SamplingReport& sampling) {
  constexpr double kMost = 1.2;
  return !(sampling.r_hat < kMost);
}

}  // namespace mfpar::apps
