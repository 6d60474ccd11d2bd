// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "io/file_descriptor.hpp"

namespace mfpar {

/// A regular file as read-only memory; processes that map the same file share its pages. The file
/// must not be truncated while it is mapped: touching a page that is gone ends the process
/// (SIGBUS). That is why files of ours are replaced by rename, never written in place. Immutable;
/// safe from any number of threads.
class MappedFile {
 public:
  /// How the pages will be visited: a hint to the system.
  enum class Access { kSequential, kRandom };

  /// Maps the file at `path`; an empty file is an empty view. Throws Error(kSystem) when it cannot
  /// be opened or mapped, or is no regular file (a pipe, say).
  explicit MappedFile(const std::string& path, Access access = Access::kRandom);

  /// The same for a file already open; `path` stands for it in messages.
  MappedFile(const FileDescriptor& file, const std::string& path, Access access);

  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  /// A mapping that lives as long as whoever looks into it; for FrozenArray.
  static std::shared_ptr<const MappedFile> shared(const std::string& path,
                                                  Access access = Access::kRandom);

  const std::string& path() const noexcept { return path_; }
  std::size_t size() const noexcept { return size_; }

  std::span<const std::byte> bytes() const noexcept {
    return {static_cast<const std::byte*>(address_), size_};
  }
  std::string_view text() const noexcept { return {static_cast<const char*>(address_), size_}; }

  /// Stops the pages that lie wholly within [begin, end) from counting as memory of this process;
  /// touching them again only costs a page fault. REQUIRES: begin <= end <= size().
  void drop(std::size_t begin, std::size_t end) const noexcept;

 private:
  std::string path_;
  void* address_ = nullptr;
  std::size_t size_ = 0;
};

/// Whether `file` can be mapped: regular files can, pipes and terminals cannot.
bool is_regular(const FileDescriptor& file);

}  // namespace mfpar
