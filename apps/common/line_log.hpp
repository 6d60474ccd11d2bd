// SPDX-License-Identifier: MIT
#pragma once

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
  ~LineLog();
  LineLog(const LineLog&) = delete;
  LineLog& operator=(const LineLog&) = delete;

  void write(std::string line);

  /// Why the log is not whole, as a message; "" while it is.
  const std::string& failure() const noexcept { return failure_; }

 private:
  void close() noexcept;

  std::string path_;
  std::string failure_;
  int file_ = -1;
};

}  // namespace mfpar::apps
