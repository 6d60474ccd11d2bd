// SPDX-License-Identifier: MIT
#include "mf-recommend/delimited_text.hpp"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <optional>

#include "io/compressed_input.hpp"
#include "mfpar/error.hpp"
#include "text/line_fault.hpp"
#include "text/line_scanner.hpp"

namespace mfpar::apps {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kSampledLines = 32;

/// Calls take(fields, line number) for each line that is not empty, until it returns false.
template <class Take>
void for_each_line(std::string_view text, const std::string& name, const std::string& delimiter,
                   bool is_whole, const Take& take) {
  LineScanner scanner(delimiter);
  std::uint64_t line = 1;
  const char* const end = text.data() + text.size();
  for (const char* p = text.data(); p != end;) {
    const LineScanner::Line scanned = scanner.scan(p, end, is_whole);
    if (scanned.outcome == LineScanner::Outcome::kUnfinished) return;
    if (scanned.outcome == LineScanner::Outcome::kFault) {
      throw Error(ErrorCode::kBadData,
                  name + ':' + std::to_string(line) + ": " + describe(scanned.fault, delimiter, 0));
    }
    if (scanned.outcome == LineScanner::Outcome::kFields && !take(scanner.fields(), line)) return;
    line += static_cast<std::uint64_t>(std::count(p, scanned.next, '\n'));
    p = scanned.next;
  }
}

/// How many of the first lines have the number of fields that most of them have; none where that is
/// one.
std::size_t lines_cut_alike(std::string_view text, const std::string& delimiter, bool is_whole) {
  std::map<std::size_t, std::size_t> lines_by_fields;
  std::size_t lines = 0;
  try {
    for_each_line(text, "", delimiter, is_whole, [&](std::span<const Field> fields, std::uint64_t) {
      ++lines_by_fields[fields.size()];
      return ++lines < kSampledLines;
    });
  } catch (const Error&) {
    return 0;  // quotes that are none by this delimiter
  }
  lines_by_fields.erase(1);
  const auto usual = std::ranges::max_element(lines_by_fields, {}, [](auto x) { return x.second; });
  return usual == lines_by_fields.end() ? 0 : usual->second;
}

std::string detected_delimiter(std::string_view text, bool is_whole) {
  std::string best = "\t";
  std::size_t best_lines = 0;
  for (const char* delimiter : {"::", "\t", ",", ";", "|", " "}) {
    const std::size_t lines = lines_cut_alike(text, delimiter, is_whole);
    if (lines <= best_lines) continue;
    best = delimiter;
    best_lines = lines;
  }
  return best;
}

}  // namespace

std::string name_of_input(const std::string& path) { return path == "-" ? "standard input" : path; }

std::string read_text(const std::string& path, std::size_t most_bytes) {
  const std::string name = name_of_input(path);
  CompressedInput input(path == "-" ? FileDescriptor(::dup(STDIN_FILENO)) : open_for_reading(path),
                        name);
  std::string text;
  for (bool more = true; more && text.size() < most_bytes;) {
    const std::size_t wanted = std::min(most_bytes - text.size(), std::size_t{1} << 20);
    const std::size_t size = text.size();
    text.resize(size + wanted);
    const std::size_t count = input.read({text.data() + size, wanted});
    text.resize(size + count);
    more = count == wanted;
  }
  require_text(std::string_view(text).substr(0, kSniffedBytes), name);
  return text;
}

DelimitedText cut_text(std::string_view text, const std::string& name, const std::string& delimiter,
                       bool is_whole) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  DelimitedText result{
      .name = name,
      .delimiter = delimiter.empty() ? detected_delimiter(text, is_whole) : delimiter,
      .rows = {},
      .lines = {}};
  std::string scratch;
  for_each_line(text, name, result.delimiter, is_whole,
                [&](std::span<const Field> fields, std::uint64_t line) {
                  auto& row = result.rows.emplace_back();
                  for (const Field& field : fields) row.emplace_back(text_of(field, scratch));
                  result.lines.push_back(line);
                  return true;
                });
  return result;
}

}  // namespace mfpar::apps
