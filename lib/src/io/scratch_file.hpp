// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "io/file_descriptor.hpp"

namespace mfpar {

/// A file without a name, for what does not fit into memory: it is gone when this is, or the
/// process ends, however it ends. Any number of threads may write and read, each its own bytes.
class ScratchFile {
 public:
  /// In `folder`. Throws Error(kSystem) where it cannot be made, and where the file system has less
  /// than `bytes` free.
  ScratchFile(std::string folder, std::uint64_t bytes);

  const std::string& folder() const noexcept { return folder_; }

  // Both throw Error(kSystem): no space left, an input/output error, less there than was written.
  void write(std::uint64_t position, std::span<const std::byte> bytes) const;
  void read(std::uint64_t position, std::span<std::byte> bytes) const;

  /// Writes all to the disk, and lets the system forget it, where it can.
  void forget() const;

  int descriptor() const noexcept { return file_.number(); }

 private:
  [[noreturn]] void fail(const std::string& what) const;

  std::string folder_;
  FileDescriptor file_;
};

}  // namespace mfpar
