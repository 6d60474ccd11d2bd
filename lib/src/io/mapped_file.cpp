// SPDX-License-Identifier: MIT
#include "io/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <system_error>

#include "io/lost_pages.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

bool is_regular(const FileDescriptor& file) {
  struct stat status {};
  return ::fstat(file.number(), &status) == 0 && S_ISREG(status.st_mode);
}

namespace {

std::size_t size_of(const FileDescriptor& file, const std::string& path) {
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) {
    throw Error(ErrorCode::kSystem,
                path + ": cannot be examined: " + std::system_category().message(errno));
  }
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::kSystem, path + ": is not a regular file; copy what it gives to one");
  }
  return static_cast<std::size_t>(status.st_size);
}

FileDescriptor duplicate(const FileDescriptor& file, const std::string& path) {
  FileDescriptor copy(::fcntl(file.number(), F_DUPFD_CLOEXEC, 0));
  if (copy.number() >= 0) return copy;
  throw Error(ErrorCode::kSystem,
              path + ": cannot be opened: " + std::system_category().message(errno));
}

}  // namespace

MappedFile::MappedFile(const std::string& path, Access access)
    : MappedFile(open_for_reading(path), path, access) {}

MappedFile::MappedFile(const FileDescriptor& file, const std::string& path, Access access)
    : path_(path) {
  const std::size_t size = size_of(file, path);
  if (size == 0) return;  // mmap refuses an empty range
  const bool copied = access == Access::kCopy;
  void* const address =
      copied ? ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
             : ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
  if (address == MAP_FAILED) {
    fail(std::string(copied ? "cannot be read: " : "cannot be mapped: ") +
         std::system_category().message(errno));
  }
  address_ = address;
  size_ = size;
  // Only hints: a system that does not take them still reads the file right.
  if (copied) {
    ::madvise(address, size, MADV_HUGEPAGE);
  } else if (access == Access::kSequential) {
    ::madvise(address, size, MADV_SEQUENTIAL);
  }
  try {
    if (copied) copy(file);
    if (access == Access::kSequential) file_ = duplicate(file, path);
  } catch (...) {
    ::munmap(address, size);
    throw;
  }
}

MappedFile::~MappedFile() {
  if (address_ != nullptr) ::munmap(address_, size_);
}

void MappedFile::fail(const std::string& what) const {
  throw Error(ErrorCode::kSystem, path_ + ": " + what);
}

void MappedFile::fail_shortened() const {
  fail("became shorter while it was read; try again when it is whole");
}

void MappedFile::copy(const FileDescriptor& file) {
  for (std::size_t done = 0; done < size_;) {
    const ssize_t got = retried([&] {
      return ::pread(file.number(), static_cast<char*>(address_) + done, size_ - done,
                     static_cast<off_t>(done));
    });
    if (got == 0) fail_shortened();
    if (got < 0) fail(std::string("cannot be read: ") + std::system_category().message(errno));
    done += static_cast<std::size_t>(got);
  }
  ::mprotect(address_, size_, PROT_READ);
}

void MappedFile::read(const std::function<void()>& body) const {
  if (size_ == 0) return body();
  assert(file_.number() >= 0);
  const LostPages lost(address_, size_);
  // A page that the file ends within reads as zeros from there on without a fault.
  const auto shortened = [&] { return lost.any() || size_of(file_, path_) < size_; };
  try {
    body();
  } catch (...) {
    if (shortened()) fail_shortened();
    throw;
  }
  if (shortened()) fail_shortened();
}

std::shared_ptr<const MappedFile> MappedFile::shared(const std::string& path, Access access) {
  return std::make_shared<const MappedFile>(path, access);
}

void MappedFile::drop(std::size_t begin, std::size_t end) const noexcept {
  assert(begin <= end && end <= size_);
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t first = (begin + page - 1) / page * page;
  // The file's last page is whole for the system, however little of it the file fills.
  const std::size_t last = end == size_ ? size_ : end / page * page;
  if (first < last) {
    ::madvise(static_cast<char*>(address_) + first, last - first, MADV_DONTNEED);
  }
}

}  // namespace mfpar
