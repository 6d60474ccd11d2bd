// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "text/conversion.hpp"

namespace mfpar {

/// How many first bytes of a text show how it is written.
inline constexpr std::size_t kTextHeadBytes = std::size_t{1} << 16;

/// How a text is written, if not as UTF-8 with lines that end at LF.
struct Encoding {
  std::unique_ptr<Conversion> conversion;  ///< into that; null where nothing has to be done
  std::string note;                        ///< what is done, for the report
};

/// Finds by its first bytes that a text is UTF-16, with a mark or without, that its lines end at CR
/// only, or that it has no-break spaces and nothing else between its fields.
Encoding find_encoding(std::string_view head);

/// Windows-1252, of which Latin-1 is a part, as UTF-8.
std::string from_windows_1252(std::string_view text);

}  // namespace mfpar
