// SPDX-License-Identifier: MIT
#include "mfpar/delimited_text.hpp"

#include <unistd.h>

#include <algorithm>

#include "io/compressed_input.hpp"
#include "mfpar/error.hpp"
#include "text/column_roles.hpp"
#include "text/line_fault.hpp"
#include "text/line_scanner.hpp"
#include "text/text_format.hpp"

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
  require_text(std::string_view(text).substr(0, kSniffedBytes), name);
  return text;
}

}  // namespace

DelimitedText read_delimited(const std::string& path, const std::string& delimiter) {
  const std::string name = path == "-" ? "standard input" : path;
  const std::string contents = read_all(path, name);
  const std::string_view text = without_byte_order_mark(contents);
  std::string_view chosen =
      delimiter.empty() ? detect_delimiter(text, true, 2) : checked_delimiter(delimiter);
  if (chosen.empty()) chosen = "\t";
  DelimitedText result{name, std::string(chosen), {}, {}};
  LineScanner scanner(result.delimiter);
  std::string scratch;
  std::uint64_t line = 1;
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
