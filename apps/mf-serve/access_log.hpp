// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

namespace mfpar::apps {

/// One line of an access log.
struct LoggedRequest {
  std::string method;  ///< "" of what was no request
  std::string path;    ///< without the query
  unsigned status = 0;
  double milliseconds = 0.0;  ///< to make the answer
  std::size_t bytes = 0;      ///< of the answer's body
  std::uint64_t model_version = 0;
  std::string key;  ///< the name of the key; "" without one
};

/// Requests as JSON objects, one a line, in a file that grows. Lines are kept in memory and written
/// by a thread of its own, at the latest after a second: no request waits for a disk. What comes
/// faster than it can be written is left out, and counted in a line of its own. Safe from any
/// number of threads.
class AccessLog {
 public:
  /// "" is no log, "-" standard output. Throws Error(kSystem) when the file cannot be opened.
  explicit AccessLog(std::string path);
  ~AccessLog();  ///< writes what is left
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  void add(const LoggedRequest& request);

  /// Opens the file anew, for those who have moved it away; what came before stands in the old one.
  /// Where it cannot be opened the old one is kept, which is told on standard error.
  void reopen();

 private:
  void run(const std::stop_token& stop);
  void write(const std::string& text);

  const std::string path_;
  int file_ = -1;            // of the thread
  bool has_failed_ = false;  // of the thread

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::string lines_;             // guarded by mutex_
  std::uint64_t left_out_ = 0;    // guarded by mutex_
  bool wants_reopening_ = false;  // guarded by mutex_
  std::jthread thread_;
};

}  // namespace mfpar::apps
