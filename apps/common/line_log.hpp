// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <memory>
#include <string>

namespace mfpar::apps {

/// A file of --log-json, line by line, flushed as it happens. Does nothing without a path. A line
/// that cannot be written ends the log, not the work that it is about: failure() tells of it. Not
/// synchronised.
class LineLog {
 public:
  /// Empties the file, unless lines are to be added to it. Throws Error(kSystem) when it cannot be
  /// written.
  explicit LineLog(const std::string& path, bool adds = false);

  void write(std::string line);

  /// Why the log is not whole, as a message; "" while it is.
  const std::string& failure() const noexcept { return failure_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };
  std::string path_;
  std::string failure_;
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace mfpar::apps
