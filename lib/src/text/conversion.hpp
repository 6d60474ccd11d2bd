// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mfpar {

/// Rewrites a text, buffer by buffer. Not synchronised.
class Conversion {
 public:
  virtual ~Conversion() = default;

  /// Appends to `out` what `text` becomes, and returns how much of it was taken; the next text must
  /// begin there. With `is_last` all of it is. Throws Error(kBadData).
  virtual std::size_t convert(std::string_view text, bool is_last, std::string& out) = 0;
};

/// A conversion line by line: each becomes one, so that places in messages stay right.
class LineConversion : public Conversion {
 public:
  std::size_t convert(std::string_view text, bool is_last, std::string& out) final {
    std::size_t begin = 0;
    while (begin < text.size()) {
      const std::size_t found = text.find('\n', begin);
      if (found == text.npos && !is_last) break;
      const std::size_t end = std::min(found, text.size());
      ++line_;
      convert_line(text.substr(begin, end - begin), out);
      out += '\n';
      begin = std::min(end + 1, text.size());
    }
    if (is_last) finish();
    return begin;
  }

 protected:
  /// Appends what a line, without its end, becomes.
  virtual void convert_line(std::string_view line, std::string& out) = 0;

  /// Called behind the last line.
  virtual void finish() {}

  /// The number of the line at hand, 1-based.
  std::uint64_t line_number() const noexcept { return line_; }

 private:
  std::uint64_t line_ = 0;
};

}  // namespace mfpar
