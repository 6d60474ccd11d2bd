// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "mfpar/export.hpp"
#include "mfpar/factor_model.hpp"

namespace mfpar {

/// Writes `model` to `path`: as an AtomicFile: in the same directory, flushed to disk, renamed over
/// `path`, directory flushed. Whatever stood there stays until the new file is whole, and if
/// writing fails. Throws Error(kSystem), and Error(kBadData) for a model that load_model() would
/// refuse, such as one with a number that is not finite. lib/FORMAT.md describes the format byte by
/// byte.
MFPAR_API void save_model(const FactorModel& model, const std::string& path);

/// Checks that save_model(path) could write, without touching what is there. Throws Error(kSystem)
/// naming the path and the reason.
MFPAR_API void check_writable(const std::string& path);

/// Where the arrays of a loaded model lie.
enum class ModelMemory {
  /// In memory of this process: whatever happens to the file afterwards, the model stays as it was
  /// loaded.
  kPrivate,
  /// In the file, mapped read-only: processes that load it share its pages, which come as they are
  /// first touched. While the model lives nobody may write into the file or shorten it, as cp and
  /// scp over it do: a page that is gone ends the process (SIGBUS), and one that has changed gives
  /// wrong answers. A new file renamed over it, as save_model() does, is safe.
  kShared,
};

/// How a file is loaded.
struct LoadOptions {
  /// Compare every section with its checksum, and see that factors are finite and item lists ascend
  /// within range. Reads the whole file once. Without, only what is needed to find the arrays is
  /// checked, and a damaged file may give nonsense or undefined behaviour: for files that were
  /// verified before.
  bool verify = true;

  /// A private copy takes the file's size in memory, and longer to load. A file of 357 MB in the
  /// page cache, on the machine of bench/README.md: 0.15 s private, 0.09 s shared; without
  /// `verify` 0.08 s and 0.01 s.
  ModelMemory memory = ModelMemory::kPrivate;
};

/// Loads a model file. Sizes are checked against the file before anything is used. Throws
/// Error(kSystem) when it cannot be read or becomes shorter meanwhile, Error(kBadFile) with path
/// and offset and one distinct sentence for each way in which it can be bad: not a model, newer
/// version, other byte order, truncated, longer than it says, a section missing, out of bounds,
/// misaligned or corrupt.
MFPAR_API FactorModel load_model(const std::string& path, const LoadOptions& options = {});

}  // namespace mfpar
