// SPDX-License-Identifier: MIT
#include "text/text_sample.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "mfpar/error.hpp"
#include "text/line_scanner.hpp"

namespace mfpar {

namespace {

constexpr std::size_t kSampledLines = 100;
constexpr std::size_t kSampledBytes = std::size_t{1} << 16;  // where no line could be cut
constexpr std::array<std::string_view, 6> kDelimiters{"::", "\t", ",", ";", "|", " "};

TextSample cut(std::string_view text, bool is_whole, std::string_view delimiter, Quote quote,
               std::size_t min_fields) {
  TextSample sample;
  sample.delimiter = delimiter;
  sample.quote = quote;
  LineScanner scanner(delimiter, quote);
  std::string scratch;
  std::size_t breaks = 0;
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p != end && sample.lines.size() < kSampledLines) {
    const LineScanner::Line line = scanner.scan(p, end, is_whole);
    if (line.outcome == LineScanner::Outcome::kUnfinished) break;
    const std::string_view text_of_line(p, static_cast<std::size_t>(line.next - p));
    breaks += static_cast<std::size_t>(std::count(p, line.next, '\n'));
    p = line.next;
    if (line.outcome == LineScanner::Outcome::kEmpty || scanner.has_empty_fields_only() ||
        is_ruler(text_of_line)) {
      if (sample.lines.empty()) sample.first_line = breaks;
      continue;
    }
    sample.ends.push_back({static_cast<std::size_t>(p - text.data()), breaks});
    auto& fields = sample.lines.emplace_back();
    if (line.outcome == LineScanner::Outcome::kFault) continue;
    for (const Field& field : scanner.fields()) {
      fields.emplace_back(text_of(field, scratch));
      if (!field.is_quoted && field.text.starts_with('"')) ++sample.bare_quotes;
    }
  }
  std::map<std::size_t, std::size_t> lines_by_fields;
  for (const auto& fields : sample.lines) ++lines_by_fields[fields.size()];
  for (const auto& [fields, lines] : lines_by_fields) {
    const bool enough = fields >= min_fields || sample.usual_fields < min_fields;
    if (enough && (lines > sample.usual_lines || sample.usual_fields < min_fields)) {
      sample.usual_fields = fields;
      sample.usual_lines = lines;
    }
  }
  return sample;
}

/// Whether a way to cut is better than one that was tried before.
bool is_better(const TextSample& sample, const TextSample& best) {
  if (sample.usual_lines != best.usual_lines) return sample.usual_lines > best.usual_lines;
  return sample.delimiter == best.delimiter && sample.bare_quotes < best.bare_quotes;
}

}  // namespace

TextSample take_sample(std::string_view text, bool is_whole, std::string_view delimiter,
                       Quote quote, std::size_t min_fields) {
  TextSample best;
  for (const Quote way : {Quote::kRfc, Quote::kBackslash, Quote::kNone}) {
    // Quotes are never taken for letters unasked: they would become part of ids.
    if (quote == Quote::kDetect ? way == Quote::kNone : way != quote) continue;
    if (!delimiter.empty()) {
      TextSample sample = cut(text, is_whole, delimiter, way, min_fields);
      if (best.delimiter.empty() || is_better(sample, best)) best = std::move(sample);
      continue;
    }
    for (const std::string_view candidate : kDelimiters) {
      TextSample sample = cut(text, is_whole, candidate, way, min_fields);
      if (sample.usual_fields >= min_fields && is_better(sample, best)) best = std::move(sample);
    }
    // No further than the sample: a mapped text should not be touched all over.
    const std::size_t sampled = best.ends.empty() ? kSampledBytes : best.ends.back().offset;
    if (text.substr(0, sampled).find('"') == text.npos) break;
  }
  return best;
}

std::string_view checked_delimiter(std::string_view asked) {
  if (asked == "\\t") return "\t";  // as a shell leaves it
  const auto found = std::find(kDelimiters.begin(), kDelimiters.end(), asked);
  if (found != kDelimiters.end()) return *found;
  // A character that is part of numbers or ids as they mostly are cannot be told from them.
  static constexpr std::string_view kOthers = "!#$%&'()*/:<=>?@[\\]^_`{}~\x01\x1C\x1D\x1E\x1F";
  if (asked.size() == 1 && kOthers.find(asked[0]) != kOthers.npos) {
    return kOthers.substr(kOthers.find(asked[0]), 1);
  }
  throw Error(ErrorCode::kBadOption,
              "the delimiter is " + quoted(asked) +
                  "; it must be \",\" \"\\t\" \"::\" \";\" \"|\" \" \" or another single character "
                  "that is no letter, digit, quote, point or sign");
}

}  // namespace mfpar
