// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace mfpar::apps {

/// "90s", "10m" or "1h", the value of an option, in seconds; Options::reject()s what is none.
double parse_seconds(const std::string& value);

}  // namespace mfpar::apps
