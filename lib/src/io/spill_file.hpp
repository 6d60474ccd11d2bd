// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "io/file_descriptor.hpp"

namespace mfpar {

/// A place in a SpillFile.
struct Spilled {
  std::uint64_t begin = 0;
  std::uint64_t size = 0;
};

/// What does not fit into memory for the moment: a file without a name, which is gone with its
/// owner, however the process ends. Errors are thrown as Error(kSystem) naming the folder. Safe
/// from any number of threads.
class SpillFile {
 public:
  /// Makes it in `folder`.
  explicit SpillFile(std::string folder);

  /// Appends bytes.
  Spilled append(std::span<const std::byte> bytes);

  /// Fills `bytes`, which are as many as were appended there.
  void read(const Spilled& place, std::span<std::byte> bytes) const;

  /// Gives the room of a place back to the disk, where the file system can.
  void drop(const Spilled& place) const noexcept;

  std::uint64_t size() const noexcept { return end_.load(); }

 private:
  [[noreturn]] void fail(const char* what) const;

  std::string folder_;
  FileDescriptor file_;
  std::atomic<std::uint64_t> end_{0};
};

}  // namespace mfpar
