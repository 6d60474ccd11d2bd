// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace mfpar::apps {

/// `text` as a field of a comma-separated file (or another delimiter's), quoted where RFC 4180 asks
/// for it.
std::string csv_field(std::string_view text, char delimiter = ',');

}  // namespace mfpar::apps
