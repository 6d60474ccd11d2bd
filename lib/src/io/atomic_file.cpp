// SPDX-License-Identifier: MIT
#include "mfpar/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "io/file_descriptor.hpp"
#include "io/temporary_names.hpp"
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
  if (S_ISDIR(found.st_mode)) fail(path, "it is a directory; name a file in it");
  // A rename would go through, but who protected the file did not mean it to be replaced.
  if (faccessat(AT_FDCWD, target.c_str(), W_OK, AT_EACCESS) != 0) fail(path, reason_of(errno));
  return found;
}

/// Whether a file without a name can be given one: through /proc, which may not be there.
bool can_be_named_later() {
  static const bool can = access("/proc/self/fd", X_OK) == 0;
  return can;
}

/// Gives the file without a name `name`. Returns 0 or an error's number.
int give_name(int file, const std::string& name) {
  const std::string now = "/proc/self/fd/" + std::to_string(file);
  const int made = linkat(AT_FDCWD, now.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW);
  return made == 0 ? 0 : errno;
}

/// A new, empty file in `directory`: without a name, or where that cannot be, with one.
int make_temporary(const std::string& path, const std::string& directory, std::string& name) {
  if (can_be_named_later()) {
    const int file =
        retried([&] { return open(directory.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666); });
    if (file >= 0) {
      hold(file);
      return file;
    }
  }
  int error = EEXIST;
  for (int attempt = 0; attempt < 1000 && error == EEXIST; ++attempt) {
    name = new_temporary_name(directory);
    remember_temporary_name(name);
    const int file =
        retried([&] { return open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666); });
    if (file >= 0 && hold(file)) return file;
    error = file < 0 ? errno : EEXIST;  // another process took it for one left over
    if (file >= 0) close(file);
    forget_temporary_name(name);
  }
  name.clear();
  std::error_code none;
  if (error == ENOENT && !fs::exists(directory, none)) {
    fail(path, "there is no directory '" + directory + "'; make it first");
  }
  fail(path, reason_of(error) + " (for a temporary file in the directory '" + directory + "')");
}

/// Makes a rename in `directory` survive a power cut, where the file system can.
void sync_directory(const std::string& path, const std::string& directory) {
  const int file =
      retried([&] { return open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (file < 0) return;  // a directory may be writable but not readable
  const int error = retried([&] { return fsync(file); }) == 0 ? 0 : errno;
  close(file);
  if (error == EIO || error == ENOSPC || error == EDQUOT) fail(path, reason_of(error));
}

}  // namespace

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)), target_(follow_links(path_)) {
  const auto existing = inspect(path_, target_);
  buffer_.reserve(kBufferSize);
  direct_ = existing && !S_ISREG(existing->st_mode);
  if (direct_) {
    file_ = retried([&] { return open(target_.c_str(), O_WRONLY | O_CLOEXEC); });
    if (file_ < 0) fail(path_, reason_of(errno));
    return;
  }
  file_ = make_temporary(path_, directory_of(target_), temporary_);
  if (existing) {
    // The owner first, since changing it may clear bits of the mode; only root can, others need
    // not.
    if (fchown(file_, existing->st_uid, existing->st_gid) != 0) errno = 0;
    if (fchmod(file_, existing->st_mode & 07777) != 0) errno = 0;
  }
}

AtomicFile::AtomicFile(std::string path, const std::string& directory) : path_(std::move(path)) {
  file_ = make_temporary(path_, directory, temporary_);
}

AtomicFile::~AtomicFile() {
  if (file_ >= 0) close(file_);
  if (temporary_.empty()) return;
  unlink(temporary_.c_str());
  forget_temporary_name();
}

void AtomicFile::take_temporary_name() {
  int error = temporary_.empty() ? EEXIST : 0;
  for (int attempt = 0; attempt < 1000 && error == EEXIST; ++attempt) {
    temporary_ = new_temporary_name(directory_of(target_));
    remember_temporary_name(temporary_);
    error = give_name(file_, temporary_);
    if (error != 0) forget_temporary_name();
  }
  if (error != 0) fail(path_, reason_of(error));
}

void AtomicFile::forget_temporary_name() {
  mfpar::forget_temporary_name(temporary_);
  temporary_.clear();
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
    const auto count = retried([&] { return ::write(file_, bytes.data(), bytes.size()); });
    if (count < 0) fail(path_, reason_of(errno));
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void AtomicFile::write_at(std::uint64_t position, std::span<const std::byte> bytes) {
  assert(!finished_);
  flush();
  while (!bytes.empty()) {
    const auto count = retried(
        [&] { return ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(position)); });
    if (count < 0) fail(path_, reason_of(errno));
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    position += static_cast<std::uint64_t>(count);
  }
}

void AtomicFile::finish() {
  if (finished_) return;
  assert(file_ >= 0);
  flush();
  std::vector<std::byte>().swap(buffer_);
  // Devices and pipes answer EINVAL: there is nothing to flush.
  if (retried([&] { return fsync(file_); }) != 0 && errno != EINVAL) {
    fail(path_, reason_of(errno));
  }
  finished_ = true;
}

void AtomicFile::commit() {
  finish();
  if (direct_) return;
  {
    const Placing placing;
    place_at(target_);
  }
  sync_directory(path_, directory_of(target_));
}

void AtomicFile::place_at(const std::string& target) {
  target_ = target;
  if (temporary_.empty()) {
    // Only where there is nothing can the name be given at once.
    const int error = give_name(file_, target_);
    if (error != 0 && error != EEXIST) fail(path_, reason_of(error));
    if (error == EEXIST) take_temporary_name();
  }
  if (!temporary_.empty()) {
    if (std::rename(temporary_.c_str(), target_.c_str()) != 0) fail(path_, reason_of(errno));
    forget_temporary_name();
  }
  const int file = std::exchange(file_, -1);
  if (close(file) != 0 && errno != EINTR) fail(path_, reason_of(errno));
}

/// Exchanges the file with what stands at its target. False where there is nothing, or the file
/// system cannot do that.
bool AtomicFile::exchange() {
  if (!inspect(path_, target_)) return false;
  const bool done =
      renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) == 0;
  if (!done && errno != EINVAL && errno != ENOSYS) fail(path_, reason_of(errno));
  return done;
}

void AtomicFile::commit_together(std::span<AtomicFile* const> files) {
  std::vector<AtomicFile*> named;
  for (AtomicFile* file : files) {
    file->finish();
    if (!file->direct_) named.push_back(file);
  }
  place_together(named);
  for (const AtomicFile* file : named) sync_directory(file->path_, directory_of(file->target_));
}

void AtomicFile::place_together(std::span<AtomicFile* const> files) {
  const Placing placing;
  for (AtomicFile* file : files) file->take_temporary_name();
  // From here on a temporary name is that of what was replaced, for `exchanged`.
  std::vector<AtomicFile*> placed, exchanged;
  placed.reserve(files.size());
  exchanged.reserve(files.size());
  try {
    for (AtomicFile* file : files) {
      if (file->exchange()) {
        exchanged.push_back(file);
      } else if (std::rename(file->temporary_.c_str(), file->target_.c_str()) != 0) {
        fail(file->path_, reason_of(errno));
      } else {
        placed.push_back(file);
      }
    }
  } catch (...) {
    for (AtomicFile* file : exchanged) file->exchange();
    for (AtomicFile* file : placed) {
      std::rename(file->target_.c_str(), file->temporary_.c_str());
    }
    throw;
  }
  for (AtomicFile* file : exchanged) unlink(file->temporary_.c_str());
  for (AtomicFile* file : files) file->forget_temporary_name();
}

void AtomicFile::check(const std::string& path) {
  const std::string target = follow_links(path);
  const auto existing = inspect(path, target);
  if (existing && !S_ISREG(existing->st_mode)) return;
  remove_left_over(directory_of(target));
  std::string temporary;
  close(make_temporary(path, directory_of(target), temporary));
  if (temporary.empty()) return;
  unlink(temporary.c_str());
  mfpar::forget_temporary_name(temporary);
}

void AtomicFile::remove_temporaries() noexcept { remove_temporary_names(); }

}  // namespace mfpar
