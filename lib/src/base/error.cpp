// SPDX-License-Identifier: MIT
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

constexpr std::size_t kMaxShown = 40;

std::string hexadecimal(unsigned char byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  return {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
}

/// The bytes of the UTF-8 character that `text` begins with; 0 where it begins with none.
std::size_t leading_character(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text[0]);
  const std::size_t size = byte < 0x80   ? 1
                           : byte < 0xC2 ? 0
                           : byte < 0xE0 ? 2
                           : byte < 0xF0 ? 3
                                         : 4;
  if (size == 0 || byte > 0xF4 || size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
  }
  return size;
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string shown = "\"";
  std::size_t characters = 0;
  while (!text.empty()) {
    if (++characters > kMaxShown) return shown + "...\"";
    const std::size_t size = leading_character(text);
    const auto byte = static_cast<unsigned char>(text[0]);
    if (size == 0 || byte < 0x20 || byte == 0x7F) {
      shown += byte == '\n'   ? "\\n"
               : byte == '\r' ? "\\r"
               : byte == '\t' ? "\\t"
                              : hexadecimal(byte);
      text.remove_prefix(1);
    } else {
      shown += text.substr(0, size);
      text.remove_prefix(size);
    }
  }
  return shown + "\"";
}

}  // namespace mfpar
