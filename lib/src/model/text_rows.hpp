// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace mfpar {

class MappedFile;

/// Walks a text file in memory line by line and field by field. Lines end with LF or CRLF; the last
/// may lack its end. Throws Error(kBadFile) with path, line and column, Error(kSystem). Not
/// synchronised.
class TextRows {
 public:
  enum class Fields {
    kTabs,    ///< between single tabs
    kBlanks,  ///< between runs of blanks and tabs
  };

  TextRows(const std::string& path, Fields fields);

  /// Goes to the next line; false at the end.
  bool next_line();

  /// The line it stands in, without its end.
  std::string_view line() const noexcept { return line_; }

  /// Whether there is one more field in the line.
  bool has_field();

  /// The next field of the line; `what` stands for it in messages.
  std::string_view field(std::string_view what);

  /// The next field as a finite number.
  float number(std::string_view what);

  /// Refuses a line that has further fields.
  void end_line();

  /// Refuses further lines with anything in them.
  void end_file();

  [[noreturn]] void fail(const std::string& what) const;

  const std::string& path() const noexcept { return path_; }
  std::uint64_t file_size() const noexcept { return text_.size(); }

  /// How many lines follow. Takes a pass over the rest of the file.
  std::uint64_t lines_left() const;

 private:
  std::string path_;
  std::shared_ptr<const MappedFile> file_;
  std::string_view text_;
  Fields fields_;
  std::size_t next_ = 0;  // where the next line begins
  std::string_view line_;
  std::uint64_t number_ = 0;  // of the line, from 1
  std::size_t at_ = 0;        // where the next field begins; npos behind the last
  std::size_t field_ = 0;     // where the last one began
};

}  // namespace mfpar
