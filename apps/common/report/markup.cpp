// SPDX-License-Identifier: MIT
#include "common/report/markup.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "common/text.hpp"

namespace mfpar::apps {

namespace {

constexpr const char* kNoBreak = "\u00a0";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// How many bytes the UTF-8 character at the front of `text` takes; 0 where there is none that XML
/// may hold.
std::size_t character_bytes(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) {
    const bool is_text = lead >= 0x20 || lead == '\t' || lead == '\n' || lead == '\r';
    return is_text && lead != 0x7F ? 1 : 0;
  }
  const std::size_t length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (length == 0 || lead > 0xF4 || text.size() < length) return 0;
  std::uint32_t code = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0u) != 0x80u) return 0;
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  const std::uint32_t least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
  const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  const bool is_none = code < least || code > 0x10FFFF || is_surrogate || code == 0xFFFE ||
                       code == 0xFFFF || (code >= 0x80 && code < 0xA0);
  return is_none ? 0 : length;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t bytes = character_bytes(text);
    switch (text[0]) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += bytes > 0 ? text.substr(0, bytes) : kReplacement;
    }
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  return result;
}

std::string significant(double number, int digits) {
  if (!std::isfinite(number)) return "-";
  const double size = std::abs(number);
  const int before = size > 0.0 ? static_cast<int>(std::floor(std::log10(size))) + 1 : 1;
  std::string text = fixed(size, std::clamp(digits - before, 0, digits + 3));
  const std::size_t point = std::min(text.find('.'), text.size());
  for (auto at = static_cast<std::ptrdiff_t>(point) - 3; at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), 1, ',');
  }
  const bool is_zero = text.find_first_of("123456789") == text.npos;
  return (number < 0.0 && !is_zero ? "\u2212" : "") + text;
}

std::string percent(double share, int decimals) {
  if (!std::isfinite(share)) return "-";
  return fixed(100.0 * share, decimals) + kNoBreak + "%";
}

}  // namespace mfpar::apps
