// SPDX-License-Identifier: MIT
#include "mfpar/delimited_text.hpp"

#include <unistd.h>

#include <algorithm>

#include "io/compressed_input.hpp"
#include "mfpar/error.hpp"
#include "text/column_roles.hpp"
#include "text/field_values.hpp"
#include "text/line_fault.hpp"
#include "text/line_scanner.hpp"
#include "text/preamble.hpp"
#include "text/text_encoding.hpp"
#include "text/text_sample.hpp"

namespace mfpar {

namespace {

std::string read_all(const std::string& path, const std::string& name) {
  CompressedInput input(path == "-" ? FileDescriptor(::dup(STDIN_FILENO)) : open_for_reading(path),
                        name);
  constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
  std::string text;
  for (std::size_t size = 0, count = kBlockBytes; count == kBlockBytes; size += count) {
    text.resize(size + kBlockBytes);
    count = input.read({text.data() + size, kBlockBytes});
    text.resize(size + count);
  }
  return text;
}

/// `text` as UTF-8 with line breaks, from whatever it is; what was done goes to `notes`.
std::string in_utf8(std::string text, const std::string& name, std::vector<std::string>& notes) {
  if (const Encoding encoding = find_encoding(std::string_view(text).substr(0, kTextHeadBytes));
      encoding.conversion) {
    std::string converted;
    encoding.conversion->convert(text, true, converted);
    notes.push_back(encoding.note);
    return converted;
  }
  require_text(std::string_view(text).substr(0, kSniffedBytes), name);
  if (is_utf8(text)) return text;
  notes.push_back("is not UTF-8, and is read as Windows-1252 (Latin-1)");
  return from_windows_1252(text);
}

}  // namespace

DelimitedText read_delimited(const std::string& path, const std::string& delimiter) {
  const std::string name = path == "-" ? "standard input" : path;
  DelimitedText result{name, {}, {}, {}, {}};
  const std::string contents = in_utf8(read_all(path, name), name, result.notes);
  const Preamble preamble = read_preamble(contents);
  std::string_view asked = delimiter.empty() ? preamble.delimiter : std::string_view(delimiter);
  if (!asked.empty()) asked = checked_delimiter(asked);
  // A list of ids may begin with one that looks like a comment.
  const std::string_view text = std::string_view(contents).substr(preamble.end);
  TextSample sample = take_sample(text, true, asked, Quote::kDetect, 2);
  if (sample.delimiter.empty()) sample = take_sample(text, true, "\t", Quote::kDetect, 1);
  result.delimiter = sample.delimiter;
  LineScanner scanner(result.delimiter, sample.quote);
  std::string scratch;
  std::uint64_t line = 1 + preamble.lines;
  const char* const end = text.data() + text.size();
  for (const char* p = text.data(); p != end;) {
    const LineScanner::Line scanned = scanner.scan(p, end, true);
    if (scanned.outcome == LineScanner::Outcome::kFault) {
      throw Error(ErrorCode::kBadData, name + ':' + std::to_string(line) + ": " +
                                           describe(scanned.fault, result.delimiter, 0));
    }
    if (scanned.outcome == LineScanner::Outcome::kFields) {
      auto& row = result.rows.emplace_back();
      for (const Field& field : scanner.fields()) row.emplace_back(text_of(field, scratch));
      result.lines.push_back(line);
    }
    line += static_cast<std::uint64_t>(std::count(p, scanned.next, '\n'));
    p = scanned.next;
  }
  return result;
}

std::optional<std::size_t> find_item_column(std::span<const std::string> header) {
  const std::optional<int> column = known_columns(header)[static_cast<std::size_t>(Role::kItem)];
  return column ? std::optional(static_cast<std::size_t>(*column)) : std::nullopt;
}

}  // namespace mfpar
