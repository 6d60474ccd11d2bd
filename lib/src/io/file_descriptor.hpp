// SPDX-License-Identifier: MIT
#pragma once

#include <cerrno>
#include <string>
#include <utility>

namespace mfpar {

/// An open file that is closed at the end of its life. Movable; not synchronised.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) noexcept : number_(number) {}
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }

  int number() const noexcept { return number_; }

 private:
  int number_ = -1;
};

/// What a system call gives that is made again for as long as signals interrupt it: in a program of
/// somebody else their handlers need not restart calls.
template <class Call>
auto retried(const Call& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

/// Opens `path` for reading. Throws Error(kSystem) with the path and the reason; a directory is
/// one.
FileDescriptor open_for_reading(const std::string& path);

}  // namespace mfpar
