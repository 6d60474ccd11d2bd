// SPDX-License-Identifier: MIT
#include "io/spill_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "io/temporary_names.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

SpillFile::SpillFile(std::string folder) : folder_(std::move(folder)) {
  file_ = FileDescriptor(
      retried([&] { return ::open(folder_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600); }));
  if (file_.number() >= 0) return;
  if (errno != EOPNOTSUPP && errno != EISDIR) fail("no temporary file can be made there");
  // A file system without files that have no name.
  const std::string name = new_temporary_name(folder_);
  file_ = FileDescriptor(
      retried([&] { return ::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600); }));
  if (file_.number() < 0) fail("no temporary file can be made there");
  ::unlink(name.c_str());
}

void SpillFile::fail(const char* what) const {
  throw Error(ErrorCode::kSystem, folder_ + ": " + what + ": " +
                                      std::system_category().message(errno) +
                                      "; --temporary names another folder");
}

Spilled SpillFile::append(std::span<const std::byte> bytes) {
  const Spilled place{end_.fetch_add(bytes.size()), bytes.size()};
  for (std::uint64_t at = place.begin; !bytes.empty();) {
    const auto count = retried([&] {
      return ::pwrite(file_.number(), bytes.data(), bytes.size(), static_cast<off_t>(at));
    });
    if (count < 0) fail("a temporary file there cannot be written");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    at += static_cast<std::uint64_t>(count);
  }
  return place;
}

void SpillFile::read(const Spilled& place, std::span<std::byte> bytes) const {
  for (std::uint64_t at = place.begin; !bytes.empty();) {
    const auto count = retried([&] {
      return ::pread(file_.number(), bytes.data(), bytes.size(), static_cast<off_t>(at));
    });
    if (count == 0) errno = EIO;
    if (count <= 0) fail("a temporary file there cannot be read");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    at += static_cast<std::uint64_t>(count);
  }
}

void SpillFile::drop(const Spilled& place) const noexcept {
  ::fallocate(file_.number(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
              static_cast<off_t>(place.begin), static_cast<off_t>(place.size));
}

}  // namespace mfpar
