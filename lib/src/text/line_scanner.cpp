// SPDX-License-Identifier: MIT
#include "text/line_scanner.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace mfpar {

namespace {

const char* find(char wanted, const char* begin, const char* end) {
  return static_cast<const char*>(
      std::memchr(begin, wanted, static_cast<std::size_t>(end - begin)));
}

/// Whether `p` is where a line ends: LF, CR LF, or the end of everything.
bool at_line_end(const char* p, const char* limit) {
  return p == limit || *p == '\n' || (*p == '\r' && (p + 1 == limit || p[1] == '\n'));
}

}  // namespace

std::string_view text_of(const Field& field, std::string& scratch) {
  if (!field.has_escapes) return field.text;
  scratch.clear();
  for (std::size_t i = 0; i < field.text.size(); ++i) {
    scratch += field.text[i];
    if (field.text[i] == '"') ++i;
  }
  return scratch;
}

LineScanner::LineScanner(std::string_view delimiter)
    : first_(delimiter[0]),
      second_(delimiter.size() > 1 ? delimiter[1] : '\0'),
      is_blanks_(delimiter == " "),
      has_quotes_(delimiter.size() == 1 && !is_blanks_) {
  assert(delimiter.size() == 1 || delimiter.size() == 2);
}

bool LineScanner::at_delimiter(const char* p, const char* limit) const noexcept {
  if (is_blanks_) return is_blank(*p);
  return *p == first_ && (second_ == '\0' || (p + 1 != limit && p[1] == second_));
}

const char* LineScanner::skip_blanks(const char* p, const char* limit) const noexcept {
  while (p != limit && is_blank(*p)) ++p;
  return p;
}

/// Past the delimiter at `p` and the blanks behind it.
const char* LineScanner::skip_delimiter(const char* p, const char* limit) const noexcept {
  return skip_blanks(p + (second_ == '\0' ? 1 : 2), limit);
}

/// Takes the field without quotes at `p`; returns its end: a delimiter, LF or `limit`.
const char* LineScanner::scan_plain(const char* p, const char* limit) {
  const char* const begin = p;
  while (p != limit && *p != '\n' && !at_delimiter(p, limit)) ++p;
  const char* last = p;
  if (last != begin && last[-1] == '\r' && (p == limit || *p == '\n')) --last;
  while (last != begin && is_blank(last[-1])) --last;
  fields_.push_back({{begin, static_cast<std::size_t>(last - begin)}, false});
  return p;
}

LineScanner::Line LineScanner::scan(const char* begin, const char* end, bool is_last) {
  fields_.clear();
  const bool may_be_too_long = static_cast<std::size_t>(end - begin) > kLongestLine;
  const char* const limit = may_be_too_long ? begin + kLongestLine : end;
  const bool more_to_come = !is_last && !may_be_too_long;
  const bool ends_at_limit = is_last && !may_be_too_long;

  const auto unfinished = Line{Outcome::kUnfinished, begin, {}};
  const auto too_long = Line{Outcome::kFault, end, {Fault::kTooLong, Role::kUser, begin, {}}};
  const auto broken_quotes = [&](Fault fault, const char* at, std::string_view found) {
    const char* const line_break = find('\n', begin, limit);
    if (line_break == nullptr && more_to_come) return unfinished;
    if (line_break == nullptr && !ends_at_limit) return too_long;
    const char* const next = line_break == nullptr ? end : line_break + 1;
    return Line{Outcome::kFault, next, {fault, Role::kUser, at, found}};
  };

  const char* p = skip_blanks(begin, limit);
  const bool is_empty = at_line_end(p, limit);
  while (!is_empty) {
    if (has_quotes_ && p != limit && *p == '"') {
      const char* const quote = p++;
      bool has_escapes = false;
      for (;; p += 2, has_escapes = true) {
        p = find('"', p, limit);
        if (p == nullptr || p + 1 == limit) break;
        if (p[1] != '"') break;
      }
      // A quote at the very end may be the first half of an escape.
      if (more_to_come && (p == nullptr || p + 1 == limit)) return unfinished;
      if (p == nullptr) return broken_quotes(Fault::kQuoteNeverClosed, quote, {});
      fields_.push_back({{quote + 1, static_cast<std::size_t>(p - quote - 1)}, has_escapes});
      const char* const behind = skip_blanks(p + 1, limit);
      p = behind;
      if (p != limit && *p == '\r' && at_line_end(p, limit)) ++p;
      if (p != limit && *p != '\n' && !at_delimiter(p, limit)) {
        const char* last = behind;
        while (last != limit && *last != '\n' && !at_delimiter(last, limit)) ++last;
        const std::string_view found(behind, static_cast<std::size_t>(last - behind));
        // Where it spans lines, the quote to look at is the one that opened it.
        if (find('\n', quote, behind) != nullptr) {
          return broken_quotes(Fault::kQuoteRunsOn, quote, found);
        }
        return broken_quotes(Fault::kTextAfterQuote, behind, found);
      }
    } else {
      p = scan_plain(p, limit);
    }
    if (p == limit || *p == '\n') break;
    p = skip_delimiter(p, limit);
    if (is_blanks_ && at_line_end(p, limit)) break;
  }
  while (p != limit && *p != '\n') ++p;  // the CR before it, and blanks
  if (p == limit && more_to_come) return unfinished;
  if (p == limit && !ends_at_limit) return too_long;
  return {is_empty ? Outcome::kEmpty : Outcome::kFields, p == limit ? end : p + 1, {}};
}

}  // namespace mfpar
