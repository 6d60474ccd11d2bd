// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace mfpar::apps {

/// Standard input as something that can be read twice: its bytes, kept in memory behind a path.
/// Not synchronised.
class SpooledInput {
 public:
  /// Reads standard input to its end where `path` is "-", else does nothing. Throws Error(kSystem).
  explicit SpooledInput(const std::string& path);
  ~SpooledInput();
  SpooledInput(const SpooledInput&) = delete;
  SpooledInput& operator=(const SpooledInput&) = delete;

  /// Where it can be read; "" where nothing was done.
  const std::string& path() const noexcept { return path_; }

  /// A message about it, with the path called standard input.
  std::string named(std::string message) const;

 private:
  int file_ = -1;
  std::string path_;
};

}  // namespace mfpar::apps
