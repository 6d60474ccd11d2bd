// SPDX-License-Identifier: MIT
#include "common/line_log.hpp"

#include <cerrno>
#include <system_error>

#include "mfpar/error.hpp"

namespace mfpar::apps {

LineLog::LineLog(const std::string& path, bool adds) : path_(path) {
  if (path.empty()) return;
  file_.reset(std::fopen(path.c_str(), adds ? "a" : "w"));
  if (!file_) {
    throw Error(ErrorCode::kSystem,
                path + ": cannot be written: " + std::system_category().message(errno));
  }
}

void LineLog::write(std::string line) {
  if (!file_) return;
  line += '\n';
  if (std::fwrite(line.data(), 1, line.size(), file_.get()) == line.size() &&
      std::fflush(file_.get()) == 0) {
    return;
  }
  failure_ = path_ + ": cannot be written: " + std::system_category().message(errno) +
             "; the log is not whole";
  file_.reset();
}

}  // namespace mfpar::apps
