// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "io/file_descriptor.hpp"

namespace mfpar {

/// A regular file as read-only memory. Mapped, processes that look at the same file share its
/// pages, and only read() may touch a mapping whose file somebody else may truncate: elsewhere a
/// page that is gone ends the process (SIGBUS). Copied, what happens to the file afterwards does
/// not matter. Immutable; safe from any number of threads.
class MappedFile {
 public:
  /// How the pages will be visited, a hint to the system; or that they are copied.
  enum class Access { kSequential, kRandom, kCopy };

  /// Maps or copies the file at `path`; an empty file is an empty view. Throws Error(kSystem) when
  /// it cannot be opened or mapped, is no regular file (a pipe, say), or becomes shorter while it
  /// is copied.
  explicit MappedFile(const std::string& path, Access access = Access::kRandom);

  /// The same for a file already open; `path` stands for it in messages.
  MappedFile(const FileDescriptor& file, const std::string& path, Access access);

  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  /// One that lives as long as whoever looks into it; for FrozenArray.
  static std::shared_ptr<const MappedFile> shared(const std::string& path,
                                                  Access access = Access::kRandom);

  const std::string& path() const noexcept { return path_; }
  std::size_t size() const noexcept { return size_; }

  std::span<const std::byte> bytes() const noexcept {
    return {static_cast<const std::byte*>(address_), size_};
  }
  std::string_view text() const noexcept { return {static_cast<const char*>(address_), size_}; }

  /// Runs `body`, which reads the file, with any number of threads. Throws Error(kSystem) when the
  /// file became shorter meanwhile, whatever `body` made of it: what is gone reads as zeros. While
  /// it runs, the process has a handler of SIGBUS that leaves other faults to the one before it.
  /// REQUIRES: mapped as kSequential.
  void read(const std::function<void()>& body) const;

  /// Stops the pages that lie wholly within [begin, end) from counting as memory of this process;
  /// touching them again only costs a page fault. REQUIRES: begin <= end <= size(), no copy.
  void drop(std::size_t begin, std::size_t end) const noexcept;

 private:
  void copy(const FileDescriptor& file);
  [[noreturn]] void fail(const std::string& what) const;
  [[noreturn]] void fail_shortened() const;

  std::string path_;
  FileDescriptor file_;  // of a sequential mapping: to see whether it became shorter
  void* address_ = nullptr;
  std::size_t size_ = 0;
};

/// Whether `file` can be mapped: regular files can, pipes and terminals cannot.
bool is_regular(const FileDescriptor& file);

}  // namespace mfpar
