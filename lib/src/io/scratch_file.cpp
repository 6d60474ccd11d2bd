// SPDX-License-Identifier: MIT
#include "io/scratch_file.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "mfpar/error.hpp"

namespace mfpar {

namespace {

/// An open file without a name, or -1.
int make_nameless(const std::string& folder) {
  const int file =
      retried([&] { return open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600); });
  if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return file;
  // A file system that knows no such files: one with a name, which it loses at once.
  std::string name = folder + "/.mfpar-XXXXXX";
  const int named = mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) unlink(name.c_str());
  return named;
}

}  // namespace

ScratchFile::ScratchFile(std::string folder, std::uint64_t bytes) : folder_(std::move(folder)) {
  file_ = FileDescriptor(make_nameless(folder_));
  if (file_.number() < 0) fail(std::system_category().message(errno));
  struct statvfs system {};
  if (fstatvfs(file_.number(), &system) != 0) fail(std::system_category().message(errno));
  const std::uint64_t free = std::uint64_t{system.f_bavail} * system.f_frsize;
  if (free < bytes) {
    fail("it takes " + std::to_string(bytes >> 20) + " MB, and " + std::to_string(free >> 20) +
         " MB are free");
  }
}

void ScratchFile::fail(const std::string& what) const {
  throw Error(ErrorCode::kSystem,
              folder_ + ": temporary file: " + what + "; name another folder for it");
}

void ScratchFile::write(std::uint64_t position, std::span<const std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = retried([&] {
      return pwrite(file_.number(), bytes.data(), bytes.size(), static_cast<off_t>(position));
    });
    if (count < 0) fail(std::system_category().message(errno));
    position += static_cast<std::uint64_t>(count);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void ScratchFile::forget() const {
  fdatasync(file_.number());
  posix_fadvise(file_.number(), 0, 0, POSIX_FADV_DONTNEED);
}

void ScratchFile::read(std::uint64_t position, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = retried([&] {
      return pread(file_.number(), bytes.data(), bytes.size(), static_cast<off_t>(position));
    });
    if (count < 0) fail(std::system_category().message(errno));
    if (count == 0) fail("it became shorter");
    position += static_cast<std::uint64_t>(count);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

}  // namespace mfpar
