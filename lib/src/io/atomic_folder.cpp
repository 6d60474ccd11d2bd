// SPDX-License-Identifier: MIT
#include "io/atomic_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "io/file_descriptor.hpp"
#include "io/temporary_names.hpp"
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
    if (!fs::is_directory(found))
      fail(path, "it is there already, and no folder; give another name");
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
  const std::string parent = parent_of(target);
  int error = 0;
  for (int attempt = 0; attempt < 1000; ++attempt) {
    const std::string name = new_temporary_name(parent);
    if (mkdir(name.c_str(), 0777) == 0) return name;
    error = errno;
    if (error != EEXIST) break;
  }
  std::error_code none;
  if (error == ENOENT && !fs::exists(parent, none)) {
    fail(path, "there is no folder '" + parent + "'; make it first");
  }
  fail(path, reason_of(error) + " (for a temporary folder in '" + parent + "')");
}

/// Makes names in `folder` survive a power cut, where the file system can.
void sync(const std::string& path, const std::string& folder) {
  const int file =
      retried([&] { return open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (file < 0) return;  // a folder may be writable but not readable
  const int error = retried([&] { return fsync(file); }) == 0 ? 0 : errno;
  close(file);
  if (error == EIO || error == ENOSPC || error == EDQUOT) fail(path, reason_of(error));
}

}  // namespace

AtomicFolder::AtomicFolder(std::string path) : path_(std::move(path)), target_(target_of(path_)) {}

AtomicFolder::~AtomicFolder() = default;

AtomicFile& AtomicFolder::file(const std::string& name) {
  files_.push_back(
      {name, std::unique_ptr<AtomicFile>(new AtomicFile(path_ + "/" + name, parent_of(target_)))});
  return *files_.back().file;
}

void AtomicFolder::commit() {
  for (const File& file : files_) file.file->finish();
  place();
  // Behind the rename, so that nothing with a temporary name is there for long; what keeps the
  // order of names does not mind, and files are on disk already.
  sync(path_, target_);
  sync(path_, parent_of(target_));
}

void AtomicFolder::place() {
  const Placing placing;
  const std::string temporary = make_temporary(path_, target_);
  const FileDescriptor held(open(temporary.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  hold(held.number());
  try {
    for (const File& file : files_) file.file->place_at(temporary + "/" + file.name);
    // An empty folder is replaced; whatever has come there in the meantime is refused.
    if (std::rename(temporary.c_str(), target_.c_str()) != 0) fail(path_, reason_of(errno));
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(temporary, ignored);
    throw;
  }
}

void AtomicFolder::check(const std::string& path) {
  const std::string target = target_of(path);
  remove_left_over(parent_of(target));
  const Placing placing;  // no signal ends the process in between
  const std::string temporary = make_temporary(path, target);
  rmdir(temporary.c_str());
}

}  // namespace mfpar
