// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mfpar/export.hpp"

namespace mfpar {

/// A file that appears whole or not at all: what is written goes to a file without a name in the
/// same directory, which commit() flushes to disk and puts in the place of the target. Until then,
/// and if anything fails, whatever stood there stays; a process that is killed leaves nothing
/// behind. (Where the file system has no files without a name a temporary one is used, and to
/// replace a file one is needed for a moment; see check() and remove_temporaries().) An existing
/// target keeps its permissions; a symbolic link stays and what it points to is replaced. A device
/// or pipe is written to directly. Errors are thrown as Error(kSystem) naming the path. Not
/// synchronised.
class MFPAR_API AtomicFile {
 public:
  /// Makes the file that is written to.
  explicit AtomicFile(std::string path);

  /// Removes it unless commit() succeeded.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Appends. Small pieces are collected into large ones.
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }

  /// Writes over bytes that were written, from `position` on; refused where the target is a pipe.
  void write_at(std::uint64_t position, std::span<const std::byte> bytes);

  /// Flushes everything to disk. Nothing can be written afterwards; commit() has little left to do.
  void finish();

  /// finish(), and puts the file in place.
  void commit();

  /// Puts several files in place, all or none: nothing is replaced before all are on disk, and
  /// when one cannot be put in place, what stood at the others is put back. (Where the file system
  /// cannot exchange two files, what was replaced before stays replaced.)
  static void commit_together(std::span<AtomicFile* const> files);

  /// Throws what an AtomicFile for `path` would be refused with, and leaves everything as it is,
  /// but for files with temporary names in the same directory, of processes that were killed: these
  /// are removed.
  static void check(const std::string& path);

  /// Removes the files of this process that have temporary names and are not in place; those that
  /// are being put there get there first. For handlers of signals that end the process: takes no
  /// lock and no memory.
  static void remove_temporaries() noexcept;

 private:
  friend class AtomicFolder;

  /// A file in `directory` that place_at() puts where it belongs; `path` stands for it in messages.
  AtomicFile(std::string path, const std::string& directory);

  void flush();
  void write_out(std::span<const std::byte> bytes);
  void place_at(const std::string& target);
  void take_temporary_name();
  void forget_temporary_name();
  bool exchange();
  static void place_together(std::span<AtomicFile* const> files);

  std::string path_;       // as given, for messages
  std::string target_;     // behind symbolic links
  std::string temporary_;  // empty: the file has no name, or `target_` is written directly
  bool direct_ = false;    // `target_` is written directly
  bool finished_ = false;
  int file_ = -1;
  std::vector<std::byte> buffer_;
};

}  // namespace mfpar
