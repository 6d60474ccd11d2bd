// SPDX-License-Identifier: MIT
#include "text/field_values.hpp"

#include <charconv>
#include <cmath>

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

}  // namespace

ParsedNumber<float> parse_rating(std::string_view text) {
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

ParsedNumber<std::int64_t> parse_timestamp(std::string_view text) {
  const char* const end = text.data() + text.size();
  std::int64_t value = 0;
  const auto [stop, problem] = std::from_chars(text.data(), end, value);
  if (problem != std::errc{} || stop != end) return {0, Fault::kNotAnInteger, 0};
  return {value};
}

bool looks_like_number(std::string_view text) {
  return parse_rating(text).fault != Fault::kNotANumber;
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
