// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "mfpar/train.hpp"

namespace mfpar::apps {

/// In two lines, how sure the samples are of their mean, and what their model loses of it.
/// REQUIRES: there was a sample.
std::string describe(const SamplingReport& sampling);

/// Whether the samples say that there were too few of them, or that they began too early.
bool is_too_short(const SamplingReport& sampling);

}  // namespace mfpar::apps
