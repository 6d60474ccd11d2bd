// SPDX-License-Identifier: MIT
#include "text/field_values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

#include "base/ascii.hpp"

namespace mfpar {

namespace {

/// The length of the character at text[0], which is no ASCII; 0 where it is malformed.
std::size_t multibyte_length(std::string_view text) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned first = byte(0);
  if (first < 0xC2 || first > 0xF4) return 0;
  if (first < 0xE0) return continues(1) ? 2 : 0;
  // The second byte gives away overlong forms, surrogates and what lies beyond U+10FFFF.
  const unsigned second = byte(1);
  const unsigned lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (second < lowest || second > highest || !continues(2)) return 0;
  if (first < 0xF0) return 3;
  return continues(3) ? 4 : 0;
}

/// A number such as 9.78044E+12.
struct Scientific {
  std::size_t decimals = 0;  // of the mantissa
  std::size_t exponent = 0;
};

std::optional<Scientific> scientific(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789";
  const std::size_t e = text.find_first_of("Ee");
  if (e == text.npos || text.size() < e + 3 || text[e + 1] != '+') return std::nullopt;
  const std::string_view mantissa = text.substr(0, e), exponent = text.substr(e + 2);
  const std::size_t point = std::min(mantissa.find_first_of(".,"), mantissa.size());
  const std::string_view decimals = mantissa.substr(std::min(point + 1, mantissa.size()));
  if (point == 0 || mantissa.substr(0, point).find_first_not_of(kDigits) != mantissa.npos ||
      decimals.find_first_not_of(kDigits) != decimals.npos || exponent.size() > 3 ||
      exponent.find_first_not_of(kDigits) != exponent.npos) {
    return std::nullopt;
  }
  Scientific result{decimals.size()};
  for (const char digit : exponent) {
    result.exponent = 10 * result.exponent + static_cast<std::size_t>(digit - '0');
  }
  return result;
}

ParsedNumber<float> parse_plain(std::string_view text) {
  // from_chars takes no plus sign; one is taken here, but not before another sign.
  const std::size_t sign = text.size() > 1 && text[0] == '+' && text[1] != '-' ? 1 : 0;
  const char* const end = text.data() + text.size();
  float value = 0.0f;
  const auto [stop, problem] = std::from_chars(text.data() + sign, end, value);
  if (problem == std::errc::invalid_argument) return {0.0f, Fault::kNotANumber, 0};
  if (stop != end) {
    // "nanny" and "info" are no numbers at all.
    const bool is_number = !std::isnan(value) && !std::isinf(value);
    const auto behind = static_cast<std::size_t>(stop - text.data());
    return {0.0f, is_number ? Fault::kTextAfterNumber : Fault::kNotANumber, is_number ? behind : 0};
  }
  if (problem == std::errc::result_out_of_range) return {0.0f, Fault::kOutOfRange, 0};
  if (!std::isfinite(value)) return {0.0f, Fault::kNotFinite, 0};
  return {value + 0.0f};
}

std::string_view without_no_break_spaces(std::string_view text) {
  constexpr std::string_view kNoBreakSpace = "\xC2\xA0";
  while (text.starts_with(kNoBreakSpace)) text.remove_prefix(kNoBreakSpace.size());
  while (text.ends_with(kNoBreakSpace)) text.remove_suffix(kNoBreakSpace.size());
  return text;
}

}  // namespace

ParsedNumber<float> parse_rating(std::string_view text) {
  const ParsedNumber<float> plain = parse_plain(text);
  if (plain.fault != Fault::kTextAfterNumber && plain.fault != Fault::kNotANumber) return plain;
  const std::string_view trimmed = without_no_break_spaces(text);
  if (trimmed.size() != text.size()) return parse_rating(trimmed);
  // As much of Europe writes it. A field that holds a comma was cut by another delimiter, or is
  // quoted, so that it can be nothing else than a decimal comma or one between thousands.
  const std::size_t comma = text.find(',');
  if (comma == text.npos) return plain;
  const std::string_view fraction = text.substr(comma + 1);
  if (fraction.empty() || fraction.size() == 3 ||
      fraction.find_first_not_of("0123456789") != fraction.npos) {
    return plain;
  }
  std::string with_point(text);
  with_point[comma] = '.';
  const ParsedNumber<float> number = parse_plain(with_point);
  return number.fault == Fault::kNone ? number : plain;
}

bool looks_like_number(std::string_view text) {
  return parse_rating(text).fault != Fault::kNotANumber;
}

bool is_rounded_integer(std::string_view text) {
  const auto number = scientific(text);
  return number && number->exponent > number->decimals;
}

bool is_whole_fraction(std::string_view text) {
  const auto number = scientific(text);
  if (number) return number->exponent <= number->decimals;
  const std::size_t point = text.find('.');
  return point != text.npos && point > 0 && point + 1 < text.size() &&
         text.find_first_not_of("0123456789") == point &&
         text.find_first_not_of('0', point + 1) == text.npos;
}

bool is_summary(std::string_view text) {
  std::string lower = lowered(text.substr(0, 16));
  while (!lower.empty() && (lower.back() == ':' || lower.back() == ' ')) lower.pop_back();
  for (const std::string_view word : {"total", "totals", "grand total", "sum", "average", "mean",
                                      "avg", "count", "gesamt", "summe", "mittelwert"}) {
    if (lower == word) return true;
  }
  return false;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const bool is_ascii = static_cast<unsigned char>(text[0]) < 0x80;
    const std::size_t length = is_ascii ? 1 : multibyte_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace mfpar
