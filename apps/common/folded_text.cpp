// SPDX-License-Identifier: MIT
#include "common/folded_text.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace mfpar::apps {

namespace {

using CodePoint = std::uint32_t;

/// The letters of a block of Unicode without accents and small; a point where it is not one letter
/// of a to z.
struct Block {
  CodePoint first;
  std::string_view letters;
};

constexpr Block kBlocks[] = {
    {0xC0,
     "aaaaaa.ceeeeiiiidnooooo.ouuuuy..aaaaaa.ceeeeiiiidnooooo.ouuuuy.y"
     "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii..jjkkkllllll..llnnnnnn.nn"
     "oooooo..rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"},
    {0x1E00,
     "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnn"
     "oooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwy.s...."
     "aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuu"
     "yyyyyyyy......"}};

constexpr std::pair<CodePoint, std::string_view> kOthers[] = {
    {0xC6, "ae"},  {0xE6, "ae"},  {0xDE, "th"}, {0xFE, "th"}, {0xDF, "ss"},  {0x1E9E, "ss"},
    {0x132, "ij"}, {0x133, "ij"}, {0x13F, "l"}, {0x140, "l"}, {0x152, "oe"}, {0x153, "oe"},
    {0x386, "α"},  {0x388, "ε"},  {0x389, "η"}, {0x38A, "ι"}, {0x38C, "ο"},  {0x38E, "υ"},
    {0x38F, "ω"},  {0x3AC, "α"},  {0x3AD, "ε"}, {0x3AE, "η"}, {0x3AF, "ι"},  {0x3CC, "ο"},
    {0x3CD, "υ"},  {0x3CE, "ω"},  {0x3C2, "σ"}, {0x401, "е"}, {0x451, "е"},  {0x2019, ""}};

/// The code point that begins `text`, and how many bytes it takes; 0 and 1 where there is none.
std::pair<CodePoint, std::size_t> first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t size = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : byte(0) >= 0xC2 ? 2 : 1;
  if (size == 1 || size > text.size()) return {0, 1};
  CodePoint point = byte(0) & (0xFFu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {0, 1};
    point = point << 6 | (byte(i) & 0x3Fu);
  }
  return {point, size};
}

/// A code point below U+0800.
std::string two_bytes(CodePoint point) {
  return {static_cast<char>(0xC0 | point >> 6), static_cast<char>(0x80 | (point & 0x3F))};
}

/// `bytes`, which are `point`, without accent and small.
std::string folded_letter(CodePoint point, std::string_view bytes) {
  if (point >= 0x300 && point < 0x370) return "";  // combining marks
  for (const auto& [other, letters] : kOthers) {
    if (point == other) return std::string(letters);
  }
  for (const Block& block : kBlocks) {
    const std::size_t at = point - block.first;
    if (point >= block.first && at < block.letters.size() && block.letters[at] != '.') {
      return {block.letters[at]};
    }
  }
  if (point >= 0x391 && point <= 0x3A9 && point != 0x3A2) return two_bytes(point + 0x20);  // Greek
  if (point >= 0x410 && point <= 0x42F) return two_bytes(point + 0x20);  // Cyrillic
  if (point >= 0x400 && point <= 0x40F) return two_bytes(point + 0x50);
  return std::string(bytes);
}

}  // namespace

std::string folded(std::string_view text) {
  std::string words;
  bool is_apart = false;
  const auto add = [&](std::string_view letters) {
    if (is_apart && !words.empty() && !letters.empty()) words += ' ';
    if (!letters.empty()) is_apart = false;
    words += letters;
  };
  while (!text.empty()) {
    const char c = text.front();
    std::size_t size = 1;
    if (static_cast<unsigned char>(c) >= 0x80) {
      const auto [point, bytes] = first_of(text);
      size = bytes;
      add(folded_letter(point, text.substr(0, size)));
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      add({&c, 1});
    } else if (c >= 'A' && c <= 'Z') {
      const char small = static_cast<char>(c - 'A' + 'a');
      add({&small, 1});
    } else if (c != '\'') {
      is_apart = true;
    }
    text.remove_prefix(size);
  }
  return words;
}

}  // namespace mfpar::apps
