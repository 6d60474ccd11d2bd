// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mfpar {

/// What a column of a ratings file is for.
enum class Role : std::uint8_t { kUser, kItem, kRating, kTimestamp };
inline constexpr std::size_t kRoles = 4;

/// "user", "item", "rating" or "timestamp".
std::string_view name_of(Role role);

/// Why a line cannot be used.
enum class Fault : std::uint8_t {
  kNone,
  kMissingField,
  kExtraField,
  kEmptyId,
  kBadUtf8,
  kNotANumber,
  kNotFinite,
  kTextAfterNumber,
  kOutOfRange,
  kNoTime,
  kQuoteNeverClosed,
  kQuoteRunsOn,
  kTextAfterQuote,
  kBackslashBeforeQuote,
  kTooLong,
};

/// A fault, and where it is in the text; points into it.
struct LineFault {
  Fault fault = Fault::kNone;
  Role role = Role::kUser;      ///< of the field, where the fault is in one
  const char* at = nullptr;     ///< what is wrong begins here
  std::string_view found;       ///< the field, or for kText... what is too much
  std::size_t field_count = 0;  ///< of the line, for kMissingField and kExtraField
};

/// What was found, and what was expected in a line of `field_count` fields, without the place.
std::string describe(const LineFault& fault, std::string_view delimiter, std::size_t field_count);

/// What a user can do about it, besides mending the line; empty where nothing else helps.
std::string remedy(const LineFault& fault);

/// The name of a delimiter in a message: "," in quotes, tabs and blanks in words.
std::string delimiter_name(std::string_view delimiter);

}  // namespace mfpar
