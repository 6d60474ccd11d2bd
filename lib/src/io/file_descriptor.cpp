// SPDX-License-Identifier: MIT
#include "io/file_descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "mfpar/error.hpp"

namespace mfpar {

FileDescriptor::~FileDescriptor() {
  if (number_ >= 0) ::close(number_);
}

FileDescriptor open_for_reading(const std::string& path) {
  FileDescriptor file(retried([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
  struct stat status {};
  if (file.number() < 0 || ::fstat(file.number(), &status) != 0) {
    throw Error(ErrorCode::kSystem,
                path + ": cannot be opened: " + std::system_category().message(errno));
  }
  // open() takes a directory, and only read() refuses it, in words that do not help.
  if (S_ISDIR(status.st_mode)) {
    throw Error(ErrorCode::kSystem, path + ": is a directory; expected a file");
  }
  return file;
}

}  // namespace mfpar
