// SPDX-License-Identifier: MIT
#include "mfpar/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "mfpar/error.hpp"

namespace mfpar {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBufferSize = std::size_t{1} << 18;

[[noreturn]] void fail(const std::string& path, const std::string& reason) {
  throw Error(ErrorCode::kSystem, path + ": cannot be written: " + reason);
}

std::string reason_of(int error) { return std::system_category().message(error); }

/// The path behind all symbolic links, whether or not there is anything.
std::string follow_links(const std::string& path) {
  constexpr int kMaxLinks = 40;  // what Linux allows
  fs::path target = path;
  std::error_code error;
  for (int links = 0; fs::is_symlink(target, error); ++links) {
    if (links == kMaxLinks) fail(path, reason_of(ELOOP));
    const fs::path next = fs::read_symlink(target, error);
    if (error) fail(path, error.message());
    target = target.parent_path() / next;
  }
  return target.string();
}

std::string directory_of(const std::string& target) {
  const std::string directory = fs::path(target).parent_path().string();
  return directory.empty() ? "." : directory;
}

/// What stands at `target`, if anything. Refuses what must not or cannot be replaced.
std::optional<struct stat> inspect(const std::string& path, const std::string& target) {
  if (target.empty()) fail(path, "the name is empty");
  struct stat found {};
  if (stat(target.c_str(), &found) != 0) {
    if (errno != ENOENT) fail(path, reason_of(errno));
    if (target.back() == '/') fail(path, "the name is that of a directory");
    return std::nullopt;
  }
  if (S_ISDIR(found.st_mode)) fail(path, "it is a directory");
  // A rename would go through, but who protected the file did not mean it to be replaced.
  if (faccessat(AT_FDCWD, target.c_str(), W_OK, AT_EACCESS) != 0) fail(path, reason_of(errno));
  return found;
}

/// A new, empty file with a name of its own beside `target`.
int make_temporary(const std::string& path, const std::string& target, std::string& name) {
  static std::atomic<unsigned> counter{0};
  for (int attempt = 0; attempt < 1000; ++attempt) {
    name = directory_of(target) + "/.mfpar-" + std::to_string(getpid()) + "-" +
           std::to_string(counter.fetch_add(1)) + ".tmp";
    const int file = open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file >= 0) return file;
    if (errno != EEXIST) break;
  }
  const int error = errno;
  name.clear();
  fail(path, reason_of(error) + " (for a temporary file in the directory '" + directory_of(target) +
                 "')");
}

/// Makes a rename in `directory` survive a power cut, where the file system can.
void sync_directory(const std::string& path, const std::string& directory) {
  const int file = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;  // a directory may be writable but not readable
  const int error = fsync(file) == 0 ? 0 : errno;
  close(file);
  if (error == EIO || error == ENOSPC || error == EDQUOT) fail(path, reason_of(error));
}

}  // namespace

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)), target_(follow_links(path_)) {
  const auto existing = inspect(path_, target_);
  buffer_.reserve(kBufferSize);
  if (existing && !S_ISREG(existing->st_mode)) {
    file_ = open(target_.c_str(), O_WRONLY | O_CLOEXEC);
    if (file_ < 0) fail(path_, reason_of(errno));
    return;
  }
  file_ = make_temporary(path_, target_, temporary_);
  if (existing) {
    // The owner first, since changing it may clear bits of the mode; only root can, others need
    // not.
    if (fchown(file_, existing->st_uid, existing->st_gid) != 0) errno = 0;
    if (fchmod(file_, existing->st_mode & 07777) != 0) errno = 0;
  }
}

AtomicFile::~AtomicFile() {
  if (file_ >= 0) close(file_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  assert(file_ >= 0);
  if (buffer_.size() + bytes.size() > kBufferSize) flush();
  if (bytes.size() >= kBufferSize) {
    write_out(bytes);
  } else {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  }
}

void AtomicFile::flush() {
  write_out(buffer_);
  buffer_.clear();
}

void AtomicFile::write_out(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(file_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path_, reason_of(errno));
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void AtomicFile::commit() {
  assert(file_ >= 0);
  flush();
  // Devices and pipes answer EINVAL: there is nothing to flush.
  if (fsync(file_) != 0 && errno != EINVAL) fail(path_, reason_of(errno));
  const int file = std::exchange(file_, -1);
  if (close(file) != 0 && errno != EINTR) fail(path_, reason_of(errno));
  if (temporary_.empty()) return;
  if (std::rename(temporary_.c_str(), target_.c_str()) != 0) fail(path_, reason_of(errno));
  temporary_.clear();
  sync_directory(path_, directory_of(target_));
}

void AtomicFile::check(const std::string& path) {
  const std::string target = follow_links(path);
  const auto existing = inspect(path, target);
  if (existing && !S_ISREG(existing->st_mode)) return;
  std::string temporary;
  close(make_temporary(path, target, temporary));
  unlink(temporary.c_str());
}

}  // namespace mfpar
