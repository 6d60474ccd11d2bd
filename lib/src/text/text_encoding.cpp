// SPDX-License-Identifier: MIT
#include "text/text_encoding.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace mfpar {

using namespace std::string_view_literals;

namespace {

constexpr std::string_view kNoBreakSpace = "\xC2\xA0";

void append_utf8(std::uint32_t character, std::string& out) {
  const auto byte = [&](std::uint32_t bits) { out += static_cast<char>(bits); };
  if (character < 0x80) {
    byte(character);
  } else if (character < 0x800) {
    byte(0xC0 | character >> 6);
    byte(0x80 | (character & 0x3F));
  } else if (character < 0x10000) {
    byte(0xE0 | character >> 12);
    byte(0x80 | (character >> 6 & 0x3F));
    byte(0x80 | (character & 0x3F));
  } else {
    byte(0xF0 | character >> 18);
    byte(0x80 | (character >> 12 & 0x3F));
    byte(0x80 | (character >> 6 & 0x3F));
    byte(0x80 | (character & 0x3F));
  }
}

/// Lines that end at CR only; CR LF does as well, should there be some further on.
class CarriageReturns : public Conversion {
 public:
  std::size_t convert(std::string_view text, bool is_last, std::string& out) override {
    std::size_t end = text.size();
    if (!is_last && text.ends_with('\r')) --end;
    for (std::size_t i = 0; i < end; ++i) {
      const bool is_lone = text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n');
      out += is_lone ? '\n' : text[i];
    }
    return end;
  }
};

class NoBreakSpaces : public Conversion {
 public:
  std::size_t convert(std::string_view text, bool is_last, std::string& out) override {
    std::size_t end = text.size();
    if (!is_last && text.ends_with(kNoBreakSpace[0])) --end;
    for (std::size_t i = 0; i < end; ++i) {
      const bool is_space = text.substr(i, 2) == kNoBreakSpace;
      out += is_space ? ' ' : text[i];
      if (is_space) ++i;
    }
    return end;
  }
};

/// UTF-16, and what else is to be done with its text once it is UTF-8.
class Utf16 : public Conversion {
 public:
  explicit Utf16(bool is_big_endian) : is_big_endian_(is_big_endian) {}

  std::size_t convert(std::string_view text, bool is_last, std::string& out) override {
    std::string utf8;
    std::size_t i = 0;
    for (; i + 1 < text.size(); i += 2) {
      std::uint32_t character = unit(text, i);
      const bool is_high = character >= 0xD800 && character < 0xDC00;
      if (is_high && i + 3 >= text.size() && !is_last) break;
      if (is_high && i + 3 < text.size()) {
        const std::uint32_t low = unit(text, i + 2);
        if (low >= 0xDC00 && low < 0xE000) {
          character = 0x10000 + ((character - 0xD800) << 10) + (low - 0xDC00);
          i += 2;
        }
      }
      // Half a pair is not a character; what stands for one is not either, and is refused in an id.
      if (character >= 0xD800 && character < 0xE000) {
        utf8 += '\xFF';
      } else {
        append_utf8(character, utf8);
      }
    }
    if (is_last && i < text.size()) utf8 += '\xFF', i = text.size();
    if (!has_begun_) {
      rest_ = find_encoding(std::string_view(utf8).substr(0, kTextHeadBytes)).conversion;
      has_begun_ = true;
    }
    if (!rest_) {
      out += utf8;
      return i;
    }
    pending_ += utf8;
    pending_.erase(0, rest_->convert(pending_, is_last, out));
    return i;
  }

 private:
  std::uint32_t unit(std::string_view text, std::size_t i) const {
    const auto first = static_cast<unsigned char>(text[i]);
    const auto second = static_cast<unsigned char>(text[i + 1]);
    return is_big_endian_ ? first * 256u + second : second * 256u + first;
  }

  bool is_big_endian_;
  bool has_begun_ = false;
  std::unique_ptr<Conversion> rest_;
  std::string pending_;
};

/// Whether nearly every other byte of a text is NUL, from `first` on, as those of UTF-16 are in
/// text that is mostly ASCII.
bool has_nul_at_every_other(std::string_view head, std::size_t first) {
  std::size_t nuls = 0, others = 0;
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (head[i] == '\0') ++(i % 2 == first ? nuls : others);
  }
  return head.size() >= 8 && nuls * 3 >= head.size() && others * 20 <= nuls;
}

/// Whether the first lines have no-break spaces between their fields: two in each, and nothing that
/// else would separate fields.
bool is_cut_by_no_break_spaces(std::string_view head) {
  constexpr std::size_t kLines = 5;
  std::size_t lines = 0;
  for (std::size_t begin = 0; begin < head.size() && lines < kLines; ++lines) {
    const std::size_t end = std::min(head.find('\n', begin), head.size());
    const std::string_view line = head.substr(begin, end - begin);
    std::size_t spaces = 0;
    for (std::size_t at = 0; (at = line.find(kNoBreakSpace, at)) != line.npos; at += 2) ++spaces;
    if (spaces < 2 || line.find_first_of(",;|\t") != line.npos || line.find("::") != line.npos) {
      return false;
    }
    begin = end + 1;
  }
  return lines > 0;
}

}  // namespace

Encoding find_encoding(std::string_view head) {
  const bool is_little = head.starts_with("\xFF\xFE"sv) || has_nul_at_every_other(head, 1);
  const bool is_big = head.starts_with("\xFE\xFF"sv) || has_nul_at_every_other(head, 0);
  if (is_little || is_big) {
    return {std::make_unique<Utf16>(is_big), "the text is UTF-16, and is read as such"};
  }
  // A CR at the very end of the head may be half of CR LF.
  const std::size_t carriage_return = head.find('\r');
  if (carriage_return < head.size() - 1 && head.find('\n') == head.npos) {
    return {std::make_unique<CarriageReturns>(), "lines end with a lone CR, and are read as lines"};
  }
  if (is_cut_by_no_break_spaces(head)) {
    return {std::make_unique<NoBreakSpaces>(),
            "fields are separated by no-break spaces (U+00A0), read as blanks"};
  }
  return {};
}

std::string from_windows_1252(std::string_view text) {
  // 0x80 to 0x9F; what has no character there is a control character, as in Latin-1.
  constexpr std::array<std::uint16_t, 32> kSpecial{
      0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021, 0x2C6,  0x2030, 0x160,
      0x2039, 0x152,  0x8D,   0x17D,  0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
      0x2013, 0x2014, 0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178};
  std::string utf8;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    append_utf8(byte >= 0x80 && byte < 0xA0 ? kSpecial[byte - 0x80] : byte, utf8);
  }
  return utf8;
}

}  // namespace mfpar
