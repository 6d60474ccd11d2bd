// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "mfpar/export.hpp"
#include "mfpar/factor_model.hpp"

namespace mfpar {

/// Writes `model` to `path`: a temporary file in the same directory, flushed to disk, renamed over
/// `path`, directory flushed. Whatever stood there stays until the new file is whole, and if
/// writing fails. Throws Error(kSystem). lib/FORMAT.md describes the format byte by byte.
MFPAR_API void save_model(const FactorModel& model, const std::string& path);

/// Checks that save_model(path) could write, without touching what is there. Throws Error(kSystem)
/// naming the path and the reason.
MFPAR_API void check_writable(const std::string& path);

/// How much to check of a file that is loaded.
struct LoadOptions {
  /// Compare every section with its checksum, and see that factors are finite and item lists ascend
  /// within range. Reads the whole file once. Without, only what is needed to find the arrays is
  /// checked, and a damaged file may give nonsense or undefined behaviour: for files that were
  /// verified before.
  bool verify = true;
};

/// Maps a model file read-only: processes that load the same file share its pages, and the model
/// keeps the mapping alive. Sizes are checked against the file before anything is used. Throws
/// Error(kSystem) when it cannot be read, Error(kBadFile) with path and offset and one distinct
/// sentence for each way in which it can be bad: not a model, newer version, other byte order,
/// truncated, longer than it says, a section missing, out of bounds, misaligned or corrupt.
MFPAR_API FactorModel load_model(const std::string& path, const LoadOptions& options = {});

}  // namespace mfpar
