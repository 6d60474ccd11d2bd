// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mfpar::apps {

/// `text` as it stands between tags and in attributes of HTML and XML: & < > " as entities; what
/// XML has no place for (control characters, bytes that are not UTF-8) as U+FFFD.
std::string escaped(std::string_view text);

/// A number in so many significant digits, at least those before the point: "0.8349", "1,234",
/// "12.35"; "-" when it is not finite.
std::string significant(double number, int digits = 4);

/// A share as "12.3 %"; "-" when it is not finite.
std::string percent(double share, int decimals = 1);

}  // namespace mfpar::apps
