// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "mfpar/export.hpp"

namespace mfpar {

/// What went wrong, in the terms of who can mend it. Bugs of the library itself are assertions,
/// never an Error.
enum class ErrorCode {
  kBadOption,  ///< an option's value is out of its range or contradicts another option
  kBadData,    ///< the ratings cannot be used as they are
  kBadFile,    ///< a binary file is not what it should be: wrong kind, truncated, corrupt
  kSystem,     ///< the operating system refused: missing file, no permission, disk full, no memory
  kDiverged,   ///< training left the finite numbers
};

/// The one exception type of the library. `what()` names the file and place, what was found, what
/// was expected, and the remedy, in one sentence or two, without a trailing newline.
class MFPAR_API Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}

  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

/// `text` in double quotes, for a message: what cannot be printed is escaped, and of more than 40
/// characters the first 40 stand for all.
MFPAR_API std::string quoted(std::string_view text);

}  // namespace mfpar
