// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace mfpar {

/// Appends a field of a line of comma-separated values, in quotes where it needs them.
inline void append_csv_field(std::string& out, std::string_view field) {
  const bool is_plain = !field.empty() && field.find_first_of(",\"\r\n") == field.npos &&
                        field.front() != ' ' && field.back() != ' ' && field.front() != '\t' &&
                        field.back() != '\t';
  if (is_plain) {
    out += field;
    return;
  }
  out += '"';
  for (const char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace mfpar
