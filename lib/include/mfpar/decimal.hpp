// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>
#include <concepts>
#include <string>

namespace mfpar {

/// The shortest decimal that reads back as the same number.
template <std::floating_point T>
inline std::string shortest_decimal(T number) {
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, number).ptr};
}

/// Appends it to `text`: for many numbers.
template <std::floating_point T>
inline void append_shortest_decimal(std::string& text, T number) {
  char digits[32];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

}  // namespace mfpar
