// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "text/line_fault.hpp"

namespace mfpar {

/// A number read from a field, or why it could not be: what is wrong begins at text[bad_at].
template <class Number>
struct ParsedNumber {
  Number number{};
  Fault fault = Fault::kNone;
  std::size_t bad_at = 0;
};

/// A rating: a plain decimal number, with or without sign, point and exponent, and nothing else. A
/// comma may stand for the point, but not before three digits, which may be thousands; no-break
/// spaces around are no part of it. Faults: kNotANumber, kNotFinite, kTextAfterNumber,
/// kOutOfRange. Minus zero comes back as zero.
ParsedNumber<float> parse_rating(std::string_view text);

/// A timestamp: an integer of 64 bits, perhaps with a fraction, which is left out ("978300760.0");
/// or a date as in ISO 8601, perhaps with the time of day, as seconds since 1970 ("2001-01-11",
/// "2001/01/11 10:00", "2001-01-11T10:00:00.5+01:00", "11.01.2001", "20010111"; UTC where there
/// is no offset). Fault: kNoTime.
ParsedNumber<std::int64_t> parse_timestamp(std::string_view text);

/// Whether `text` begins as a number does, "nan" and "inf" included.
bool looks_like_number(std::string_view text);

/// Whether `text` is an integer that has more digits than it shows: "9.78044E+12".
bool is_rounded_integer(std::string_view text);

/// Whether `text` is a whole number written as a fraction: "304.0", "3.04000e+02".
bool is_whole_fraction(std::string_view text);

/// Whether `text` is what a spreadsheet has before a sum or mean: "Total", "Average".
bool is_summary(std::string_view text);

/// Whether `text` is UTF-8 as in RFC 3629: shortest forms only, no surrogates, at most U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace mfpar
