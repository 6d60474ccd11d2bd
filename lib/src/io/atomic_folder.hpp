// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mfpar/atomic_file.hpp"

namespace mfpar {

/// A new folder that appears whole or not at all: its files have no names, or temporary ones in the
/// folder's parent, until commit() puts them into a folder that it then gives its name. Nothing
/// that exists is replaced: at `path` there must be nothing, or an empty folder. Errors are thrown
/// as Error(kSystem) naming the path. Not synchronised.
class AtomicFolder {
 public:
  explicit AtomicFolder(std::string path);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  /// A new file of the folder, to be written, which lives as long as this; commit() finishes it and
  /// puts it in place.
  AtomicFile& file(const std::string& name);

  /// Puts the folder in place.
  void commit();

  /// Throws what an AtomicFolder for `path` would be refused with, and leaves everything as it is,
  /// but for what AtomicFile::check() removes.
  static void check(const std::string& path);

 private:
  struct File {
    std::string name;
    std::unique_ptr<AtomicFile> file;
  };
  void place();

  std::string path_;    // as given, for messages
  std::string target_;  // behind symbolic links
  std::vector<File> files_;
};

}  // namespace mfpar
