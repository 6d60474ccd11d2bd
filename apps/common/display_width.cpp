// SPDX-License-Identifier: MIT
#include "common/display_width.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace mfpar::apps {

namespace {

struct Character {
  std::size_t bytes;
  std::size_t cells;
};

bool is_in(std::uint32_t code,
           std::initializer_list<std::pair<std::uint32_t, std::uint32_t>> ranges) {
  return std::ranges::any_of(
      ranges, [&](const auto& range) { return code >= range.first && code <= range.second; });
}

// wcwidth() would need the locale to be one of UTF-8.
std::size_t cells_of(std::uint32_t code) {
  if (is_in(code, {{0x300, 0x36F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}})) return 0;
  return is_in(code, {{0x1100, 0x115F},
                      {0x2E80, 0xA4CF},
                      {0xAC00, 0xD7A3},
                      {0xF900, 0xFAFF},
                      {0xFE30, 0xFE6F},
                      {0xFF00, 0xFF60},
                      {0x1F300, 0x1FAFF},
                      {0x20000, 0x3FFFD}})
             ? 2
             : 1;
}

/// The character that `text` begins with. REQUIRES: text is not empty.
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  const std::size_t length = lead < 0xC2   ? 1
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 1;
  if (length == 1 || text.size() < length) return {1, 1};
  std::uint32_t code = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0u) != 0x80u) return {1, 1};
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  return {length, cells_of(code)};
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t cells = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    cells += character.cells;
    text.remove_prefix(character.bytes);
  }
  return cells;
}

std::string shortened(std::string_view text, std::size_t width) {
  const bool fits = display_width(text) <= width;
  const std::size_t space = fits ? width : width - std::min<std::size_t>(width, 1);
  std::string result;
  std::size_t cells = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    if (cells + character.cells > space) break;
    cells += character.cells;
    const bool is_control = static_cast<unsigned char>(text[0]) < 0x20 || text[0] == 0x7F;
    result += is_control ? std::string_view(" ") : text.substr(0, character.bytes);
    text.remove_prefix(character.bytes);
  }
  return fits || width == 0 ? result : result + "\u2026";
}

std::size_t terminal_width(int stream) {
  winsize size{};
  if (::isatty(stream) == 0 || ::ioctl(stream, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

}  // namespace mfpar::apps
