// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>
#include <string>

namespace mfpar {

/// A share in per cent with three digits: "2.99 %".
inline std::string percent(double share) {
  char digits[32];
  const auto end =
      std::to_chars(digits, digits + sizeof digits, 100.0 * share, std::chars_format::general, 3)
          .ptr;
  return std::string(digits, end) + " %";
}

}  // namespace mfpar
