// SPDX-License-Identifier: MIT
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace mfpar::tests {

/// A file that takes no disk, for tests that read thousands.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view contents = "") : file_(::memfd_create("mfpar-test", 0)) {
    write(contents);
  }
  ~MemoryFile() { ::close(file_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  /// Its name, for as long as it lives.
  std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }

  /// Puts `contents` in the place of what it holds.
  void write(std::string_view contents) {
    if (::ftruncate(file_, 0) != 0 || ::pwrite(file_, contents.data(), contents.size(), 0) !=
                                          static_cast<::ssize_t>(contents.size())) {
      throw std::runtime_error("no file in memory");
    }
  }

 private:
  int file_;
};

}  // namespace mfpar::tests
