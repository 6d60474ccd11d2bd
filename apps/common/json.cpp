// SPDX-License-Identifier: MIT
#include "common/json.hpp"

namespace mfpar::apps {

namespace {

/// The length of the UTF-8 sequence `text` begins with (RFC 3629: no overlong forms, no surrogates,
/// at most U+10FFFF), or 0 when there is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  const unsigned lead = byte(0);
  if (lead < 0x80u) return 1;
  if (lead >= 0xC2u && lead <= 0xDFu && continues(1)) return 2;
  if (lead >= 0xE0u && lead <= 0xEFu && continues(1) && continues(2)) {
    if (lead == 0xE0u && byte(1) < 0xA0u) return 0;
    if (lead == 0xEDu && byte(1) > 0x9Fu) return 0;
    return 3;
  }
  if (lead >= 0xF0u && lead <= 0xF4u && continues(1) && continues(2) && continues(3)) {
    if (lead == 0xF0u && byte(1) < 0x90u) return 0;
    if (lead == 0xF4u && byte(1) > 0x8Fu) return 0;
    return 4;
  }
  return 0;
}

}  // namespace

std::string json_string(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string result = "\"";
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const char c = text[0];
    if (length == 0) {
      result += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      result.append({'\\', c});
    } else if (c == '\n') {
      result += "\\n";
    } else if (c == '\t') {
      result += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      result.append("\\u00").append({kHex[static_cast<std::size_t>(c) >> 4], kHex[c & 15]});
    } else {
      result += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return result + '"';
}

}  // namespace mfpar::apps
