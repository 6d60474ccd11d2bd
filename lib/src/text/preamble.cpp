// SPDX-License-Identifier: MIT
#include "text/preamble.hpp"

#include <charconv>
#include <vector>

#include "base/ascii.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlanks = " \t\r";

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

std::vector<std::string> blank_separated(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t begin; (begin = text.find_first_not_of(kBlanks)) != text.npos;) {
    text.remove_prefix(begin);
    words.emplace_back(text.substr(0, text.find_first_of(kBlanks)));
    text.remove_prefix(words.back().size());
  }
  return words;
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

/// Reads the head of a MatrixMarket file up to its size line.
void read_matrix_market(std::string_view text, const std::string& name, Preamble& preamble) {
  const auto refuse = [&](std::size_t line, const std::string& what) {
    throw Error(ErrorCode::kBadData, name + ":" + std::to_string(line) + ": " + what);
  };
  const std::vector<std::string> banner =
      blank_separated(lowered(line_at(text, preamble.end).text));
  const auto word = [&](std::size_t i) { return i < banner.size() ? banner[i] : "nothing"; };
  if (word(1) != "matrix" || word(2) != "coordinate") {
    refuse(preamble.lines + 1, "a MatrixMarket file of kind " + quoted(word(1) + " " + word(2)) +
                                   "; expected \"matrix coordinate\"; scipy.io.mmwrite writes that "
                                   "from a sparse matrix (scipy.sparse.coo_matrix)");
  }
  if (word(3) == "pattern") {
    refuse(preamble.lines + 1,
           "a MatrixMarket file of kind \"pattern\", which has no values: who met what, but no "
           "ratings; expected \"real\" or \"integer\"");
  }
  if (word(3) != "real" && word(3) != "integer" && word(3) != "double") {
    refuse(preamble.lines + 1, "a MatrixMarket file of values of kind " + quoted(word(3)) +
                                   "; expected \"real\" or \"integer\"");
  }
  if (word(4) != "general" && banner.size() > 4) {
    refuse(preamble.lines + 1,
           "a MatrixMarket file with symmetry " + quoted(word(4)) +
               ", as a matrix of users by items has none; expected \"general\"");
  }
  for (HeadLine line = line_at(text, preamble.end); preamble.end < text.size();
       line = line_at(text, preamble.end)) {
    preamble.end = line.next;
    ++preamble.lines;
    if (line.text.empty() || line.text[0] == '%') continue;
    const std::vector<std::string> sizes = blank_separated(line.text);
    std::uint64_t ratings = 0;
    const char* const end = sizes.back().data() + sizes.back().size();
    if (sizes.size() != 3 ||
        std::from_chars(sizes.back().data(), end, ratings) != std::from_chars_result{end, {}}) {
      refuse(preamble.lines, "the size line of the MatrixMarket file is " + quoted(line.text) +
                                 "; expected rows, columns and number of values");
    }
    preamble.ratings = ratings;
    return;
  }
  refuse(preamble.lines, "the MatrixMarket file ends before its size line");
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

Preamble read_preamble(std::string_view text, const std::string& name) {
  Preamble preamble;
  if (text.starts_with(kByteOrderMark)) preamble.end = kByteOrderMark.size();
  const HeadLine first = line_at(text, preamble.end);
  if (const std::string_view delimiter = separator_line(first.text); !delimiter.empty()) {
    preamble.delimiter = delimiter;
    preamble.end = first.next;
    ++preamble.lines;
  }
  if (lowered(first.text).starts_with("%%matrixmarket")) {
    preamble.is_matrix_market = true;
    preamble.delimiter = " ";
    read_matrix_market(text, name, preamble);
  } else {
    pass_over_comments(text, preamble);
  }
  return preamble;
}

}  // namespace mfpar
