// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/line_fault.hpp"

namespace mfpar {

/// The most bytes a line may have, quoted line breaks included. It bounds how far a quote that is
/// never closed is searched for its end, and what must be kept between two buffers of a stream.
inline constexpr std::size_t kLongestLine = std::size_t{1} << 20;

/// One field of a line.
struct Field {
  std::string_view text;     ///< without the quotes, or without the blanks around it
  bool has_escapes = false;  ///< in quotes, and "" in it stands for one quote
};

/// The text of `field`; `scratch` holds it where it does not stand in the line as it is.
std::string_view text_of(const Field& field, std::string& scratch);

/// Cuts lines into fields. A line ends at LF or CR LF, or where the text ends. Blanks and tabs
/// around a field are not part of it. Where the delimiter is one character other than a blank, a
/// field may stand in quotes as in RFC 4180: it may then hold delimiters, line breaks and blanks,
/// and "" for a quote; a quote elsewhere in a field is a character as any other. Not synchronised.
class LineScanner {
 public:
  /// REQUIRES: `delimiter` is " " for any run of blanks and tabs, another character, or two.
  explicit LineScanner(std::string_view delimiter);

  enum class Outcome {
    kFields,      ///< see fields()
    kEmpty,       ///< nothing but blanks
    kUnfinished,  ///< the text ends within the line, and more is to come
    kFault,       ///< the line cannot be cut; the next line begins after its first line break
  };

  struct Line {
    Outcome outcome;
    const char* next;   ///< where the next line begins; where this one does if it is unfinished
    LineFault fault{};  ///< with Outcome::kFault
  };

  /// Cuts the line that begins at `begin`. `is_last` says that nothing follows `end`.
  /// REQUIRES: begin < end.
  Line scan(const char* begin, const char* end, bool is_last);

  /// The fields of the line scanned last; valid as long as its text and until the next scan().
  std::span<const Field> fields() const noexcept { return fields_; }

 private:
  bool is_blank(char c) const noexcept { return c == ' ' || (c == '\t' && first_ != '\t'); }
  bool at_delimiter(const char* p, const char* limit) const noexcept;
  const char* skip_blanks(const char* p, const char* limit) const noexcept;
  const char* skip_delimiter(const char* p, const char* limit) const noexcept;
  const char* scan_plain(const char* p, const char* limit);

  char first_;
  char second_;  // NUL where the delimiter is one character
  bool is_blanks_;
  bool has_quotes_;
  std::vector<Field> fields_;
};

}  // namespace mfpar
