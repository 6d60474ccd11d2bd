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
  if (field.escapes == Field::Escapes::kNone) return field.text;
  const bool has_backslashes = field.escapes == Field::Escapes::kBackslash;
  const std::string_view text = field.text;
  scratch.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (has_backslashes && text[i] == '\\' && (next == '"' || next == '\\'))
      ++i;
    else if (text[i] == '"' && next == '"')
      ++i;
    scratch += text[i];
  }
  return scratch;
}

bool is_ruler(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t");
  if (first == line.npos) return false;
  line.remove_prefix(first);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r' || line.back() == ' ')) {
    line.remove_suffix(1);
  }
  // "(300 rows)", "(300 rows affected)", "300 rows in set (0.00 sec)"
  const std::size_t number = line.starts_with('(') ? 1 : 0;
  const std::size_t behind = std::min(line.find_first_not_of("0123456789", number), line.size());
  if (behind > number && line.substr(behind).starts_with(" row")) return true;
  return line.find("---") != line.npos && line.find_first_not_of("-=+|:,; \t\"") == line.npos;
}

LineScanner::LineScanner(std::string_view delimiter, Quote quote)
    : first_(delimiter[0]),
      second_(delimiter.size() > 1 ? delimiter[1] : '\0'),
      is_blanks_(delimiter == " "),
      quote_(quote),
      is_lenient_(delimiter == "\t" || delimiter == "|" || delimiter.size() == 2) {
  assert(delimiter.size() == 1 || delimiter.size() == 2);
  assert(quote != Quote::kDetect);
}

bool LineScanner::has_empty_fields_only() const noexcept {
  return !fields_.empty() && std::all_of(fields_.begin(), fields_.end(), [](const Field& field) {
    return field.text.empty() && !field.is_quoted;
  });
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
  fields_.push_back({{begin, static_cast<std::size_t>(last - begin)}});
  return p;
}

/// The quote that closes the field whose first character is at `p`; nullptr where there is none.
const char* LineScanner::find_closing_quote(const char* p, const char* limit,
                                            Field::Escapes& escapes) const {
  while (p != limit) {
    if (quote_ == Quote::kBackslash) {
      while (p != limit && *p != '"' && *p != '\\') ++p;
      if (p == limit) return nullptr;
      if (*p == '\\') {
        escapes = Field::Escapes::kBackslash;
        p = limit - p > 2 ? p + 2 : limit;
        continue;
      }
    } else if ((p = find('"', p, limit)) == nullptr) {
      return nullptr;
    }
    if (p + 1 == limit || p[1] != '"') return p;
    if (escapes == Field::Escapes::kNone) escapes = Field::Escapes::kDoubled;
    p += 2;
  }
  return nullptr;
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
    if (quote_ != Quote::kNone && p != limit && *p == '"') {
      const char* const quote = p;
      const char* quote_limit = limit;
      if (is_lenient_) {
        if (const char* const line_break = find('\n', quote, limit)) quote_limit = line_break;
      }
      Field::Escapes escapes = Field::Escapes::kNone;
      p = find_closing_quote(quote + 1, quote_limit, escapes);
      // A quote at the very end may be the first half of an escape.
      if (more_to_come && quote_limit == limit && (p == nullptr || p + 1 == limit)) {
        return unfinished;
      }
      if (p == nullptr && !is_lenient_) {
        return broken_quotes(Fault::kQuoteNeverClosed, quote, {});
      }
      const char* const closing = p;
      const char* const behind = p == nullptr ? quote
                                 : is_blanks_ ? p + 1
                                              : skip_blanks(p + 1, limit);
      p = behind;
      if (p != limit && *p == '\r' && at_line_end(p, limit)) ++p;
      if (closing == nullptr || (p != limit && *p != '\n' && !at_delimiter(p, limit))) {
        if (is_lenient_) {
          p = scan_plain(quote, limit);
        } else {
          const char* last = behind;
          while (last != limit && *last != '\n' && !at_delimiter(last, limit)) ++last;
          const std::string_view found(behind, static_cast<std::size_t>(last - behind));
          // Where it spans lines, the quote to look at is the one that opened it.
          if (find('\n', quote, behind) != nullptr) {
            return broken_quotes(Fault::kQuoteRunsOn, quote, found);
          }
          return broken_quotes(
              closing[-1] == '\\' ? Fault::kBackslashBeforeQuote : Fault::kTextAfterQuote, behind,
              found);
        }
      } else {
        fields_.push_back(
            {{quote + 1, static_cast<std::size_t>(closing - quote - 1)}, escapes, true});
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
