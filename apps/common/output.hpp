// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mfpar/atomic_file.hpp"

namespace mfpar::apps {

/// Where results go: a file that appears when it is whole, or standard output. Not synchronised.
class Output {
 public:
  /// Standard output for the empty path. Throws Error(kSystem) when the file cannot be written.
  explicit Output(const std::string& path);

  /// Throws Error(kSystem) when it cannot be written.
  void write(std::string_view text);

  /// Flushes standard output.
  void flush();

  /// Puts the file in place. Nothing can be written afterwards.
  void commit();

 private:
  std::optional<AtomicFile> file_;
};

}  // namespace mfpar::apps
