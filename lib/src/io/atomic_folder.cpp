// SPDX-License-Identifier: MIT
#include "io/atomic_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "mfpar/error.hpp"

namespace mfpar {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& path, const std::string& reason) {
  throw Error(ErrorCode::kSystem, path + ": cannot be written: " + reason);
}

std::string reason_of(int error) { return std::system_category().message(error); }

/// Where the folder will stand. Refuses what is there already.
std::string target_of(const std::string& path) {
  if (path.empty()) fail(path, "the name is empty");
  std::error_code error;
  const fs::file_status found = fs::status(path, error);
  if (fs::exists(found)) {
    if (!fs::is_directory(found)) fail(path, "it is there already, and no folder");
    if (!fs::is_empty(path, error)) {
      fail(path, error ? error.message()
                       : "the folder is there already and not empty; give another name or "
                         "remove it");
    }
    return fs::canonical(path).string();
  }
  if (error && found.type() != fs::file_type::not_found) fail(path, error.message());
  if (fs::is_symlink(fs::symlink_status(path, error))) fail(path, "it is a link to nowhere");
  const std::size_t last = path.find_last_not_of('/');
  return path.substr(0, last + 1);
}

std::string parent_of(const std::string& target) {
  const std::string parent = fs::path(target).parent_path().string();
  return parent.empty() ? "." : parent;
}

std::string make_temporary(const std::string& path, const std::string& target) {
  static std::atomic<unsigned> counter{0};
  const std::string parent = parent_of(target);
  int error = 0;
  for (int attempt = 0; attempt < 1000; ++attempt) {
    const std::string name = parent + "/.mfpar-" + std::to_string(getpid()) + "-" +
                             std::to_string(counter.fetch_add(1)) + ".folder.tmp";
    if (mkdir(name.c_str(), 0777) == 0) return name;
    error = errno;
    if (error != EEXIST) break;
  }
  fail(path, reason_of(error) + " (for a temporary folder in '" + parent + "')");
}

/// Makes names in `folder` survive a power cut, where the file system can.
void sync(const std::string& path, const std::string& folder) {
  const int file = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;  // a folder may be writable but not readable
  const int error = fsync(file) == 0 ? 0 : errno;
  close(file);
  if (error == EIO || error == ENOSPC || error == EDQUOT) fail(path, reason_of(error));
}

}  // namespace

AtomicFolder::AtomicFolder(std::string path)
    : path_(std::move(path)),
      target_(target_of(path_)),
      temporary_(make_temporary(path_, target_)) {}

AtomicFolder::~AtomicFolder() {
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove_all(temporary_, ignored);
}

void AtomicFolder::commit() {
  sync(path_, temporary_);
  // An empty folder is replaced; whatever has come there in the meantime is refused.
  if (std::rename(temporary_.c_str(), target_.c_str()) != 0) fail(path_, reason_of(errno));
  temporary_.clear();
  sync(path_, parent_of(target_));
}

void AtomicFolder::check(const std::string& path) {
  const std::string temporary = make_temporary(path, target_of(path));
  rmdir(temporary.c_str());
}

}  // namespace mfpar
