// SPDX-License-Identifier: MIT
#include "io/mapped_file.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstring>

#include "mfpar/error.hpp"

namespace mfpar {

bool is_regular(const FileDescriptor& file) {
  struct stat status {};
  return ::fstat(file.number(), &status) == 0 && S_ISREG(status.st_mode);
}

MappedFile::MappedFile(const std::string& path, Access access)
    : MappedFile(open_for_reading(path), path, access) {}

MappedFile::MappedFile(const FileDescriptor& file, const std::string& path, Access access)
    : path_(path) {
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) {
    throw Error(ErrorCode::kSystem, path + ": cannot be examined: " + std::strerror(errno));
  }
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::kSystem, path + ": is not a regular file and cannot be mapped");
  }
  size_ = static_cast<std::size_t>(status.st_size);
  if (size_ == 0) return;  // mmap refuses an empty range
  void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.number(), 0);
  if (address == MAP_FAILED) {
    size_ = 0;
    throw Error(ErrorCode::kSystem, path + ": cannot be mapped: " + std::strerror(errno));
  }
  address_ = address;
  // Only a hint: a system that does not take it still reads the file right.
  ::madvise(address_, size_, access == Access::kSequential ? MADV_SEQUENTIAL : MADV_NORMAL);
}

MappedFile::~MappedFile() {
  if (address_ != nullptr) ::munmap(address_, size_);
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
