// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace mfpar {

/// A new folder that appears whole or not at all: files are put into a temporary folder beside it,
/// which commit() renames. Nothing that exists is replaced: at `path` there must be nothing, or an
/// empty folder. Errors are thrown as Error(kSystem) naming the path. Not synchronised.
class AtomicFolder {
 public:
  /// Makes the temporary folder.
  explicit AtomicFolder(std::string path);

  /// Removes the temporary folder with its files unless commit() succeeded.
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  /// Where to write the file `name`; as AtomicFile, which flushes it to disk.
  std::string file(const std::string& name) const { return temporary_ + "/" + name; }

  /// Puts the folder in place. REQUIRES: every file in it is flushed.
  void commit();

  /// Throws what an AtomicFolder for `path` would be refused with, and leaves everything as it is.
  static void check(const std::string& path);

 private:
  std::string path_;       // as given, for messages
  std::string target_;     // behind symbolic links
  std::string temporary_;  // empty once it has its name
};

}  // namespace mfpar
