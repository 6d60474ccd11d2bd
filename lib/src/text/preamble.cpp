// SPDX-License-Identifier: MIT
#include "text/preamble.hpp"

#include "base/ascii.hpp"

namespace mfpar {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// A line of `text` without its end, and without the blanks around.
struct HeadLine {
  std::string_view text;
  std::size_t next = 0;  ///< where the next one begins
};

HeadLine line_at(std::string_view text, std::size_t begin) {
  const std::size_t found = text.find('\n', begin);
  const std::size_t end = found == text.npos ? text.size() : found;
  return {trimmed(text.substr(begin, end - begin)), found == text.npos ? text.size() : found + 1};
}

/// The delimiter that a line such as `sep=;` or `"sep=,"` names; empty where it is no such line.
std::string_view separator_line(std::string_view line) {
  if (line.size() > 2 && line.front() == '"' && line.back() == '"') {
    line = line.substr(1, line.size() - 2);
  }
  if (line.size() < 4 || lowered(line.substr(0, 4)) != "sep=") return {};
  if (line == "sep=" || line.substr(4) == "\\t") return "\t";  // a tab is a blank at the end
  return line.substr(4);
}

/// Passes over lines of comments, if anything else follows them.
void pass_over_comments(std::string_view text, Preamble& preamble) {
  Preamble behind = preamble;
  while (behind.end < text.size()) {
    const HeadLine line = line_at(text, behind.end);
    if (!line.text.empty() && line.text[0] != '#' && line.text[0] != '%') {
      if (behind.comment != '\0') preamble = behind;
      return;
    }
    if (!line.text.empty()) {
      behind.comment = line.text[0];
      behind.last_comment = line.text.substr(1);
    }
    behind.end = line.next;
    ++behind.lines;
  }
}

}  // namespace

Preamble read_preamble(std::string_view text) {
  Preamble preamble;
  if (text.starts_with(kByteOrderMark)) preamble.end = kByteOrderMark.size();
  const HeadLine first = line_at(text, preamble.end);
  if (const std::string_view delimiter = separator_line(first.text); !delimiter.empty()) {
    preamble.delimiter = delimiter;
    preamble.end = first.next;
    ++preamble.lines;
  }
  pass_over_comments(text, preamble);
  return preamble;
}

}  // namespace mfpar
