// SPDX-License-Identifier: MIT
#include "common/line_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include "mfpar/error.hpp"

namespace mfpar::apps {

LineLog::LineLog(const std::string& path, bool adds) : path_(path) {
  if (path.empty()) return;
  do {
    file_ =
        ::open(path.c_str(), O_WRONLY | O_CREAT | (adds ? O_APPEND : O_TRUNC) | O_CLOEXEC, 0666);
  } while (file_ < 0 && errno == EINTR);
  if (file_ < 0) {
    throw Error(ErrorCode::kSystem,
                path + ": cannot be written: " + std::system_category().message(errno));
  }
}

LineLog::~LineLog() { close(); }

void LineLog::write(std::string line) {
  if (file_ < 0) return;
  line += '\n';
  for (std::string_view left = line; !left.empty();) {
    const ssize_t count = ::write(file_, left.data(), left.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      failure_ = path_ + ": cannot be written: " + std::system_category().message(errno) +
                 "; the log is not whole";
      return close();
    }
    left.remove_prefix(static_cast<std::size_t>(count));
  }
}

void LineLog::close() noexcept {
  if (file_ >= 0) ::close(std::exchange(file_, -1));
}

}  // namespace mfpar::apps
