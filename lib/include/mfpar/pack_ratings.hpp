// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "mfpar/export.hpp"
#include "mfpar/packed_store.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/read_ratings.hpp"

namespace mfpar {

/// How far packing is.
struct PackProgress {
  std::uint64_t read = 0;    ///< ratings that were read
  std::uint64_t sorted = 0;  ///< ratings that were sorted; 0 while they are read
};

/// How text becomes a packed store.
struct PackOptions {
  /// Its duplicates and its seed; sorted by as many threads as text is read by.
  StoreOptions store = {};

  /// Which ratings are marked as held out.
  HoldOut hold_out = {};

  /// Bytes to work in, about. Ratings that do not fit go through temporary files, at twice 8 bytes
  /// a rating (16 more with timestamps). Ids must fit, at some 100 bytes each: what they leave is
  /// for ratings. The store does not depend on it. At least 1 MiB.
  std::uint64_t memory = std::uint64_t{2} << 30;

  /// The folder of temporary files; empty for the store's.
  std::string temporary = {};

  /// Called now and then, by the thread that packs.
  std::function<void(const PackProgress&)> progress = {};
};

/// What came of packing.
struct PackResult {
  ReadReport report;          ///< of the text
  PackedStore store;          ///< open
  std::uint64_t spilled = 0;  ///< bytes that went through temporary files; 0 where memory did
};

/// Reads ratings as read_ratings() does and writes them to the packed store at `path`, atomically,
/// in bounded memory. Throws as read_ratings() and build_store(), and Error(kBadOption) for too
/// little memory and for files that are packed already. REQUIRES: !paths.empty().
MFPAR_API PackResult pack_ratings(std::span<const std::string> paths, const std::string& path,
                                  const ReadOptions& read = {}, const PackOptions& options = {});

}  // namespace mfpar
