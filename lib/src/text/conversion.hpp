// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
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

}  // namespace mfpar
