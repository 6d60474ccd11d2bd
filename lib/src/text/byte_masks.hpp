// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace mfpar {

/// What stands where in 64 characters: bit i is about the i-th.
struct ByteMasks {
  std::uint64_t line_breaks = 0;  ///< LF
  std::uint64_t others = 0;       ///< no digit; line breaks too

  /// The masks from the character at `position` on; nothing is known of the last ones then.
  ByteMasks from(std::size_t position) const noexcept {
    if (position >= 64) return {};
    return {line_breaks >> position, others >> position};
  }
};

/// Eight characters as they lie in memory.
inline std::uint64_t load_eight(const char* p) noexcept {
  std::uint64_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

/// A word of eight times the same byte.
constexpr std::uint64_t eight_times(unsigned char byte) { return byte * 0x0101010101010101u; }

/// The masks of the 64 characters at `p`, with nothing but 64-bit arithmetic.
/// REQUIRES: a little-endian machine, where the first character is the lowest byte.
inline ByteMasks masks_by_words(const char* p) noexcept {
  constexpr std::uint64_t kHigh = eight_times(0x80), kLow = eight_times(0x7F);
  // The high bit of each byte moves to one of the eight bits on top, in their order.
  const auto gather = [](std::uint64_t high) { return ((high >> 7) * 0x0102040810204080u) >> 56; };
  ByteMasks masks;
  for (int i = 0; i < 8; ++i) {
    const std::uint64_t word = load_eight(p + 8 * i);
    const std::uint64_t digit = word ^ eight_times('0');  // 0 to 9 for a digit
    const std::uint64_t others = (((digit & kLow) + eight_times(0x80 - 10)) | digit) & kHigh;
    const std::uint64_t difference = word ^ eight_times('\n');
    const std::uint64_t line_breaks = ~(((difference & kLow) + kLow) | difference) & kHigh;
    masks.others |= gather(others) << (8 * i);
    masks.line_breaks |= gather(line_breaks) << (8 * i);
  }
  return masks;
}

/// The masks of the 64 characters at `p`. REQUIRES: as masks_by_words.
inline ByteMasks masks_of(const char* p) noexcept {
#if defined(__SSE2__)
  // Part of every x86-64, so that nothing need be chosen when the program runs.
  const __m128i line_break = _mm_set1_epi8('\n');
  // Bytes compare as signed numbers: this maps '0' to the lowest, -128, and '9' to -119.
  const __m128i to_lowest = _mm_set1_epi8(static_cast<char>(0x80 - '0'));
  const __m128i highest_digit = _mm_set1_epi8(-128 + 9);
  ByteMasks masks;
  for (int i = 0; i < 4; ++i) {
    const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 16 * i));
    const __m128i other = _mm_cmpgt_epi8(_mm_add_epi8(text, to_lowest), highest_digit);
    const auto others = static_cast<std::uint32_t>(_mm_movemask_epi8(other));
    const auto breaks =
        static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(text, line_break)));
    masks.others |= std::uint64_t{others} << (16 * i);
    masks.line_breaks |= std::uint64_t{breaks} << (16 * i);
  }
  return masks;
#else
  return masks_by_words(p);
#endif
}

}  // namespace mfpar
