// SPDX-License-Identifier: MIT
#include "text/feature_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "base/ascii.hpp"
#include "text/field_values.hpp"

namespace mfpar {

namespace {

constexpr int kFirstYear = 1000, kLastYear = 2100;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Of exactly four digits.
std::optional<int> year_of_digits(std::string_view text) {
  int year = 0;
  if (text.size() != 4 || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  std::from_chars(text.data(), text.data() + text.size(), year);
  return year >= kFirstYear && year <= kLastYear ? std::optional(year) : std::nullopt;
}

bool is_month(std::string_view word) {
  constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
  if (word.size() < 3) return false;
  const std::size_t at = kMonths.find(lowered(word.substr(0, 3)));
  return at != kMonths.npos && at % 3 == 0;
}

bool is_day_or_month(std::string_view word) {
  return !word.empty() && word.size() <= 2 && std::ranges::all_of(word, is_digit);
}

bool is_one_of_words(std::span<const std::string_view> words, std::string_view text) {
  return std::ranges::find(words, lowered(text)) != words.end();
}

}  // namespace

bool is_missing(std::string_view text) {
  constexpr std::string_view kWords[] = {
      "", "na", "n/a", "nan", "null", "\\n", "(no genres listed)"};
  return is_one_of_words(kWords, text);
}

std::optional<double> number_of(std::string_view text) {
  const ParsedNumber<float> number = parse_rating(text);
  if (number.fault != Fault::kNone) return std::nullopt;
  return double{number.number};
}

std::optional<int> year_of_number(std::string_view text) {
  return year_of_digits(text.substr(0, is_whole_fraction(text) ? text.find('.') : text.npos));
}

std::optional<int> year_of_date(std::string_view text) {
  std::array<std::string_view, 3> parts;
  std::size_t at = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    at = std::min(text.find_first_not_of("-/., ", at), text.size());
    const std::size_t end =
        std::min(text.find_first_of(i == 2 ? "-/., T:" : "-/., :", at), text.size());
    parts[i] = text.substr(at, end - at);
    at = end;
  }
  // "2001-01-11T10:00" and "3/1/2001 10:00" may go on; "2001 10:00:00" is none.
  if (at < text.size() && text[at] != 'T' && text[at] != ' ') return std::nullopt;
  const std::size_t place = parts[0].size() == 4 && year_of_digits(parts[0]) ? 0 : 2;
  const auto year = year_of_digits(parts[place]);
  const std::string_view first = parts[place == 0 ? 1 : 0], second = parts[place == 0 ? 2 : 1];
  if (is_day_or_month(first) ? is_day_or_month(second) || is_month(second)
                             : is_month(first) && is_day_or_month(second)) {
    return year;
  }
  return std::nullopt;
}

std::optional<int> year_of_title(std::string_view text) {
  const std::size_t open = text.rfind('(');
  if (!text.ends_with(')') || open == text.npos) return std::nullopt;
  const std::string_view inside = text.substr(open + 1, text.size() - open - 2);
  // "(2006)", "(2006-)", "(2006-2007)", also with the longer dash.
  constexpr std::string_view kDashes[] = {"-", "\u2013"};
  if (inside.size() > 4 && std::ranges::none_of(kDashes, [&](std::string_view dash) {
        return inside.substr(4).starts_with(dash);
      })) {
    return std::nullopt;
  }
  return year_of_digits(inside.substr(0, 4));
}

std::string five_years(int year) {
  const int first = year / 5 * 5;
  return std::to_string(first) + '-' + std::to_string(first + 4);
}

std::optional<bool> yes_or_no(std::string_view text) {
  constexpr std::string_view kYes[] = {"1", "true", "yes", "t", "y"};
  constexpr std::string_view kNo[] = {"0", "false", "no", "f", "n"};
  if (is_one_of_words(kYes, text)) return true;
  return is_one_of_words(kNo, text) ? std::optional(false) : std::nullopt;
}

std::vector<std::string_view> entries_of(std::string_view list, char separator) {
  if (list.starts_with('[') && list.ends_with(']')) list = list.substr(1, list.size() - 2);
  std::vector<std::string_view> entries;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(separator, at), list.size());
    std::string_view entry = trimmed(list.substr(at, end - at));
    const bool is_quoted =
        entry.size() > 1 && entry.front() == entry.back() && (entry[0] == '\'' || entry[0] == '"');
    if (is_quoted) entry = entry.substr(1, entry.size() - 2);
    if (!is_missing(entry)) entries.push_back(entry);
    at = end + 1;
  }
  return entries;
}

}  // namespace mfpar
