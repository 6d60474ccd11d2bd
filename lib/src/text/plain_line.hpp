// SPDX-License-Identifier: MIT
//
// The fast path through a ratings file, for lines such as `1::1193::5::978300760`. Where a line
// ends is known before anything in it is looked at, so that the processor works on several lines at
// a time. A line with anything unusual in it is left to LineScanner and the strict parsers, which
// decide what it means; this file never takes what they would not.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "text/byte_masks.hpp"

namespace mfpar {

/// The first one to seven characters of `word`, the first lowest, and on top their number: a key
/// that differs for every text.
constexpr std::uint64_t short_text(std::uint64_t word, std::size_t length) {
  return (word & ((std::uint64_t{1} << (8 * length)) - 1)) | (std::uint64_t{length} << 56);
}
constexpr std::size_t length_of_short_text(std::uint64_t key) {
  return static_cast<std::size_t>(key >> 56);
}

/// A line of two integer ids, a short rating and perhaps a timestamp.
struct PlainLine {
  std::int64_t first_id = 0;
  std::int64_t second_id = 0;
  std::int64_t timestamp = 0;
  std::uint64_t rating = 0;  ///< its text as short_text packs it
};

/// Reads plain lines with fields in the order id, id, rating[, timestamp]. Immutable.
class PlainLineReader {
 public:
  /// The most bytes that read() may look at.
  static constexpr std::size_t kLookahead = 80;

  /// Whether this can read such lines at all.
  static bool can_read(std::string_view delimiter, std::size_t field_count) {
    return std::endian::native == std::endian::little && (field_count == 3 || field_count == 4) &&
           (delimiter.size() == 1 || (delimiter.size() == 2 && delimiter[0] == delimiter[1]));
  }

  /// `wants_timestamp`: whether PlainLine::timestamp is to be set.
  /// REQUIRES: can_read(delimiter, field_count).
  PlainLineReader(std::string_view delimiter, std::size_t field_count, bool wants_timestamp)
      : delimiter_(delimiter[0]),
        width_(delimiter.size()),
        has_timestamp_(field_count == 4),
        wants_timestamp_(wants_timestamp) {}

  /// What is known of the characters from one place on; lines behind one another mostly share it.
  struct Window {
    explicit Window(const char* place) : begin(place) {}
    const char* begin;
    ByteMasks masks;  ///< from `begin` on; nothing is known at first
  };

  /// Reads the line at `p` and returns where the next one begins, or nullptr when the line is not
  /// plain. `window` is what the call for the line before left there, or a new one of any place up
  /// to `p`.
  /// REQUIRES: kLookahead bytes can be read at `p`.
  const char* read(const char* p, Window& window, PlainLine& line) const noexcept {
    ByteMasks masks = window.masks.from(static_cast<std::size_t>(p - window.begin));
    if (masks.line_breaks == 0) {
      window.begin = p;
      window.masks = masks_of(p);
      masks = window.masks;
      if (masks.line_breaks == 0) return nullptr;
    }
    const std::size_t line_break = zeros(masks.line_breaks);

    const std::size_t first_length = zeros(masks.others);
    if (!is_id(p, first_length) || !is_delimiter(p + first_length)) return nullptr;
    const std::size_t second = first_length + width_;
    const std::size_t second_length = zeros(masks.others >> second);
    const std::size_t second_end = second + second_length;
    if (!is_id(p + second, second_length) || !is_delimiter(p + second_end)) return nullptr;

    const std::size_t rating = second_end + width_;
    const std::size_t line_end = line_break - (p[line_break - 1] == '\r' ? 1 : 0);
    const std::uint64_t word = load_eight(p + rating);
    std::size_t rating_length = line_end - rating;
    if (has_timestamp_) {
      rating_length = zeros(delimiters_in(word)) / 8;
      const std::size_t timestamp = rating + rating_length + width_;
      const std::size_t digits = line_end - timestamp;
      if (!is_delimiter(p + timestamp - width_) || timestamp >= line_end ||
          zeros(masks.others >> timestamp) != digits || digits > kMaxDigits) {
        return nullptr;
      }
      if (wants_timestamp_) line.timestamp = number(p + timestamp, digits);
    }
    // Wraps around, and is too long, where the line ends before its third field.
    if (rating_length - 1 > 6) return nullptr;
    line.rating = short_text(word, rating_length);
    line.first_id = number(p, first_length);
    line.second_id = number(p + second, second_length);
    return p + line_break + 1;
  }

 private:
  static constexpr std::size_t kMaxDigits = 16;

  static std::size_t zeros(std::uint64_t mask) noexcept {
    return static_cast<std::size_t>(std::countr_zero(mask));
  }

  /// Whether `length` digits at `p` are an integer as it is written: `007` is another id than `7`.
  static bool is_id(const char* p, std::size_t length) noexcept {
    return length - 1 < kMaxDigits && (*p != '0' || length == 1);
  }

  bool is_delimiter(const char* p) const noexcept {
    return p[0] == delimiter_ && p[width_ - 1] == delimiter_;
  }

  /// The high bit of each byte that is a delimiter; exact up to and including the first such byte.
  std::uint64_t delimiters_in(std::uint64_t word) const noexcept {
    const std::uint64_t difference = word ^ eight_times(static_cast<unsigned char>(delimiter_));
    return (difference - eight_times(0x01)) & ~difference & eight_times(0x80);
  }

  /// The number that `length` digits at `p` write. REQUIRES: 1 <= length <= kMaxDigits.
  static std::int64_t number(const char* p, std::size_t length) noexcept {
    if (length <= 8) return static_cast<std::int64_t>(eight_digits(load_eight(p), length));
    constexpr std::uint64_t kPowersOfTen[] = {1,       10,        100,        1'000,      10'000,
                                              100'000, 1'000'000, 10'000'000, 100'000'000};
    const std::uint64_t high = eight_digits(load_eight(p), 8);
    const std::uint64_t low = eight_digits(load_eight(p + 8), length - 8);
    return static_cast<std::int64_t>(high * kPowersOfTen[length - 8] + low);
  }

  /// The number whose digits are the first `length` characters of `word`: the others are shifted
  /// out for leading zeros, then digits become pairs, fours and all eight.
  static std::uint64_t eight_digits(std::uint64_t word, std::size_t length) noexcept {
    word = (word ^ eight_times('0')) << (64 - 8 * length);
    word = (word * 10 + (word >> 8)) & 0x00FF00FF00FF00FFu;
    word = (word * 100 + (word >> 16)) & 0x0000FFFF0000FFFFu;
    return (word * 10'000 + (word >> 32)) & 0xFFFFFFFFu;
  }

  char delimiter_;
  std::size_t width_;  // of the delimiter
  bool has_timestamp_;
  bool wants_timestamp_;
};

}  // namespace mfpar
