// SPDX-License-Identifier: MIT
#include "text/matrix_market.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/ascii.hpp"
#include "mfpar/error.hpp"
#include "text/field_values.hpp"

namespace mfpar {

namespace {

constexpr std::string_view kBlanks = " \t\r";

/// The next word of `text`, which loses it and the blanks in front; empty where there is none.
std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
  text.remove_prefix(word.size());
  return word;
}

std::optional<std::uint64_t> whole_number(std::string_view word) {
  std::uint64_t number = 0;
  const char* const end = word.data() + word.size();
  if (std::from_chars(word.data(), end, number) != std::from_chars_result{end, {}}) return {};
  return number;
}

/// What stands in front of the entries.
struct Head {
  std::uint64_t lines = 0;  ///< that it has
  std::uint64_t rows = 0, columns = 0, entries = 0;
  bool has_values = true;
  bool is_symmetric = false;
};

/// Makes `row column value` of the lines of entries.
class Entries : public LineConversion {
 public:
  Entries(const Head& head, std::string name) : head_(head), name_(std::move(name)) {}

 private:
  void convert_line(std::string_view line, std::string& out) override {
    std::string_view rest = line;
    const std::string_view row = take_word(rest), column = take_word(rest);
    // Lines that are passed over stay as empty ones.
    if (line_number() <= head_.lines || row.empty() || row[0] == '%') return;
    ++found_;
    check_index("row", row, head_.rows);
    check_index("column", column, head_.columns);
    std::string_view value = head_.has_values ? take_word(rest) : "1";
    const bool has_more = rest.find_first_not_of(kBlanks) != rest.npos;
    if (head_.is_symmetric || !head_.has_values) {
      // What follows is told from the lines that come out, which are others.
      if (has_more || parse_rating(value).fault != Fault::kNone) {
        refuse("the entry " + mfpar::quoted(line) + "; expected " +
               (head_.has_values ? "row, column and value" : "row and column"));
      }
      append(row, column, value, out);
      if (!head_.is_symmetric || row == column) return;
      out += '\n';
      append(column, row, value, out);
      return;
    }
    // SciPy writes 5.000000000000000e+00, which takes ten times as long to read as 5.
    float number = 0.0f;
    const char* const end = value.data() + value.size();
    const bool is_number =
        std::from_chars(value.data(), end, number) == std::from_chars_result{end, {}};
    if (has_more || !is_number || !std::isfinite(number)) {
      out.append(line);
      return;
    }
    std::array<char, 32> digits;
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    append(row, column, {digits.data(), static_cast<std::size_t>(written.ptr - digits.data())},
           out);
  }

  void finish() override {
    if (found_ == head_.entries) return;
    throw Error(ErrorCode::kBadData, name_ + ": has " + std::to_string(found_) +
                                         " lines of ratings, and its head says that there are " +
                                         std::to_string(head_.entries) + "; it may be cut off");
  }

  static void append(std::string_view row, std::string_view column, std::string_view value,
                     std::string& out) {
    out.append(row).append(" ").append(column).append(" ").append(value);
  }

  /// One that is missing is told of with the lines that come out.
  void check_index(const char* what, std::string_view word, std::uint64_t most) const {
    const std::optional<std::uint64_t> index = whole_number(word);
    if (index && *index >= 1 && *index <= most) return;
    if (word.empty() && !head_.is_symmetric && head_.has_values) return;
    refuse("the " + std::string(what) + " is " + mfpar::quoted(word) +
           "; expected a whole number from 1 to " + std::to_string(most) +
           ", as the size line says");
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorCode::kBadData, name_ + ":" + std::to_string(line_number()) + ": " + what);
  }

  Head head_;
  std::string name_;
  std::uint64_t found_ = 0;
};

/// Reads the head up to its size line.
Head read_head(std::string_view text, const std::string& name, const ReadOptions& options) {
  Head head;
  const auto refuse = [&](const std::string& what) {
    throw Error(ErrorCode::kBadData, name + ":" + std::to_string(head.lines) + ": " + what);
  };
  const auto take_line = [&] {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++head.lines;
    return line;
  };
  const std::string banner = lowered(take_line());
  std::array<std::string, 5> words;
  std::string_view rest = banner;
  for (std::string& word : words) word = take_word(rest);
  const auto shown = [&](std::size_t i) { return words[i].empty() ? "nothing" : words[i]; };
  if (words[1] != "matrix" || words[2] != "coordinate") {
    refuse("a MatrixMarket file of kind " + mfpar::quoted(shown(1) + " " + shown(2)) +
           "; expected \"matrix coordinate\"; scipy.io.mmwrite writes that from a sparse matrix "
           "(scipy.sparse.coo_matrix)");
  }
  head.has_values = words[3] != "pattern";
  if (!head.has_values && !options.may_lack_ratings) {
    refuse(
        "a MatrixMarket file of kind \"pattern\", which has no values: who met what, but no "
        "ratings; expected \"real\" or \"integer\", or, to learn who chooses what, "
        "--feedback one-class");
  }
  if (head.has_values && words[3] != "real" && words[3] != "integer" && words[3] != "double") {
    refuse("a MatrixMarket file of values of kind " + mfpar::quoted(shown(3)) +
           "; expected \"real\", \"integer\" or \"pattern\"");
  }
  head.is_symmetric = words[4] == "symmetric";
  if (!head.is_symmetric && !words[4].empty() && words[4] != "general") {
    refuse("a MatrixMarket file with symmetry " + mfpar::quoted(words[4]) +
           "; expected \"general\" or \"symmetric\"");
  }
  while (!text.empty()) {
    const std::string_view line = take_line();
    if (line.empty() || line[0] == '%') continue;
    std::string_view sizes = line;
    const auto rows = whole_number(take_word(sizes)), columns = whole_number(take_word(sizes)),
               entries = whole_number(take_word(sizes));
    if (!rows || !columns || !entries || !take_word(sizes).empty()) {
      refuse("the size line of the MatrixMarket file is " + mfpar::quoted(line) +
             "; expected rows, columns and number of values");
    }
    head.rows = *rows;
    head.columns = *columns;
    head.entries = *entries;
    if (head.is_symmetric && head.rows != head.columns) {
      refuse("a symmetric matrix of " + std::to_string(head.rows) + " rows and " +
             std::to_string(head.columns) + " columns; expected as many of each");
    }
    return head;
  }
  refuse("the MatrixMarket file ends before its size line");
  return head;
}

}  // namespace

Layout find_matrix_market(std::string_view head, const std::string& name,
                          const ReadOptions& options) {
  constexpr std::string_view kBanner = "%%matrixmarket";
  if (lowered(head.substr(0, kBanner.size())) != kBanner) return {};
  if (options.timestamps == ReadOptions::Timestamps::kRequired) {
    throw Error(ErrorCode::kBadOption, name + ": there are no timestamps");
  }
  Layout layout;
  layout.format.delimiter = " ";
  layout.format.field_count = 3;
  layout.format.columns = {0, 1, 2, TextFormat::kNoColumn};
  const Head read = read_head(head, name, options);
  if (read.is_symmetric) {
    layout.format.notes.push_back(
        "read as a symmetric matrix: every entry off the diagonal is two ratings");
  }
  layout.conversion = std::make_unique<Entries>(read, name);
  return layout;
}

}  // namespace mfpar
