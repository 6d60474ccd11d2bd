// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mfpar/export.hpp"

namespace mfpar {

/// A file that appears whole or not at all: what is written goes to a temporary file in the same
/// directory, which commit() flushes to disk and renames over the target. Until then, and if
/// anything fails, whatever stood there stays. An existing target keeps its permissions; a symbolic
/// link stays and what it points to is replaced. A device or pipe is written to directly. Errors
/// are thrown as Error(kSystem) naming the path. Not synchronised.
class MFPAR_API AtomicFile {
 public:
  /// Makes the temporary file.
  explicit AtomicFile(std::string path);

  /// Removes the temporary file unless commit() succeeded.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Appends. Small pieces are collected into large ones.
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }

  /// Puts the file in place. Nothing can be written afterwards.
  void commit();

  /// Throws what an AtomicFile for `path` would be refused with, and leaves everything as it is.
  static void check(const std::string& path);

 private:
  void flush();
  void write_out(std::span<const std::byte> bytes);

  std::string path_;       // as given, for messages
  std::string target_;     // behind symbolic links
  std::string temporary_;  // empty: `target_` is written directly
  int file_ = -1;
  std::vector<std::byte> buffer_;
};

}  // namespace mfpar
