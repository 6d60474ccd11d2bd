// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mfpar/read_ratings.hpp"
#include "text/line_fault.hpp"

namespace mfpar {

/// The most bytes a line may have, quoted line breaks included. It bounds how far a quote that is
/// never closed is searched for its end, and what must be kept between two buffers of a stream.
inline constexpr std::size_t kLongestLine = std::size_t{1} << 20;

/// One field of a line.
struct Field {
  enum class Escapes : unsigned char { kNone, kDoubled, kBackslash };

  std::string_view text;             ///< without the quotes, or without the blanks around it
  Escapes escapes = Escapes::kNone;  ///< in quotes, how it writes a quote: "" or \"
  bool is_quoted = false;
};

/// The text of `field`; `scratch` holds it where it does not stand in the line as it is.
std::string_view text_of(const Field& field, std::string& scratch);

/// Whether a line is none of ratings, but what programs draw around tables: "+----+----+",
/// "---- ----", "|:---|---:|", "(300 rows)".
bool is_ruler(std::string_view line);

/// Cuts lines into fields. A line ends at LF or CR LF, or where the text ends. Blanks and tabs
/// around a field are not part of it. Unless quotes mean nothing, a field may stand in quotes as in
/// RFC 4180: it may then hold delimiters, line breaks and blanks, and "" for a quote, or \" where
/// a backslash escapes; a quote elsewhere in a field is a character as any other. Where quoting is
/// not the custom (with tab, :: and |), a field in quotes is of one line, and one that begins with
/// a quote and goes on behind the next is taken as it stands. Not synchronised.
class LineScanner {
 public:
  /// REQUIRES: `delimiter` is " " for any run of blanks and tabs, another character, or two;
  /// `quote` is not kDetect.
  explicit LineScanner(std::string_view delimiter, Quote quote = Quote::kRfc);

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

  /// Whether the line scanned last has fields, and nothing in them, as below a spreadsheet's table.
  bool has_empty_fields_only() const noexcept;

  /// The fields of the line scanned last; valid as long as its text and until the next scan().
  std::span<const Field> fields() const noexcept { return fields_; }

 private:
  bool is_blank(char c) const noexcept { return c == ' ' || (c == '\t' && first_ != '\t'); }
  bool at_delimiter(const char* p, const char* limit) const noexcept;
  const char* skip_blanks(const char* p, const char* limit) const noexcept;
  const char* skip_delimiter(const char* p, const char* limit) const noexcept;
  const char* scan_plain(const char* p, const char* limit);
  const char* find_closing_quote(const char* p, const char* limit, Field::Escapes& escapes) const;

  char first_;
  char second_;  // NUL where the delimiter is one character
  bool is_blanks_;
  Quote quote_;
  bool is_lenient_;  // quotes that do not enclose a field are characters as any other
  std::vector<Field> fields_;
};

}  // namespace mfpar
