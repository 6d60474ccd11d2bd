// SPDX-License-Identifier: MIT
#include "common/csv.hpp"

namespace mfpar::apps {

std::string csv_field(std::string_view text, char delimiter) {
  const char special[] = {delimiter, '"', '\r', '\n'};
  if (text.find_first_of({special, sizeof special}) == text.npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

}  // namespace mfpar::apps
