// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "mfpar/export.hpp"
#include "mfpar/frozen_array.hpp"
#include "mfpar/id_dictionary.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/split.hpp"

namespace mfpar {

/// Where the order of a store comes from, and what became of its duplicates: what build_store() was
/// told.
struct PackedOrigin {
  std::uint64_t seed = 1;
  Duplicates duplicates = Duplicates::kLast;
};

/// A store on disk, which may be larger than memory: a RatingStore's arrays as a file of ours
/// (lib/FORMAT.md describes it byte by byte). Ids, values and offsets are in memory, at about 30
/// bytes a user or item; ratings are read from the file where they are asked for, and proven by the
/// checksums of their blocks. A file that is damaged, or changes or shrinks meanwhile, is an Error
/// that names the block; what read() gives is never something else than what was written, and can
/// be used as an index without a further look. Immutable; safe from any number of threads, copies
/// share the file.
class MFPAR_API PackedStore {
 public:
  /// Opens the file. Throws Error(kSystem) when it cannot be read, Error(kBadFile) when it is no
  /// packed store or damaged.
  explicit PackedStore(const std::string& path);

  const std::string& path() const noexcept;
  UserIndex user_count() const noexcept;
  ItemIndex item_count() const noexcept;
  std::uint64_t size() const noexcept;        ///< ratings
  std::uint64_t duplicates() const noexcept;  ///< ratings that were merged into another
  const PackedOrigin& origin() const noexcept;

  /// Whether the entries are CompactEntry, else WideEntry.
  bool is_compact() const noexcept;
  bool has_timestamps() const noexcept;

  /// How many ratings are marked as held out from training, to validate on; 0 without a split.
  std::uint64_t held_out() const noexcept;

  const std::shared_ptr<const IdDictionary>& users() const noexcept;
  const std::shared_ptr<const IdDictionary>& items() const noexcept;

  /// Positions of the ratings of `user`: [offsets()[user], offsets()[user + 1]).
  const FrozenArray<std::uint64_t>& offsets() const noexcept;

  /// The value of each code of compact entries, ascending.
  const FrozenArray<float>& values() const noexcept;

  /// Fills `entries` with the ratings from position `first` on: by user, ascending items. A long
  /// run, such as that of some thousand users, is one large read and at most two blocks of 64 KiB
  /// beside it. Throws Error(kBadFile), Error(kSystem). REQUIRES: the form of the store, and
  /// positions within it.
  void read(std::uint64_t first, std::span<RatingStore::CompactEntry> entries) const;
  void read(std::uint64_t first, std::span<RatingStore::WideEntry> entries) const;

  /// The timestamps of the same ratings. REQUIRES: has_timestamps().
  void read_timestamps(std::uint64_t first, std::span<std::int64_t> timestamps) const;

  /// Whether each is held out: 1 or 0. All are 0 where there is no split.
  void read_held_out(std::uint64_t first, std::span<std::uint8_t> held_out) const;

  /// All ratings in memory, the split aside: the store that was packed, element for element.
  /// `with_timestamps`: where there are some. Throws as read().
  RatingStore load(bool with_timestamps = false, int threads = 0) const;

  /// The same in two parts: those to train on, and those held out.
  SplitResult load_split(bool with_timestamps = false, int threads = 0) const;

 private:
  struct MFPAR_HIDDEN Impl;
  std::shared_ptr<const Impl> impl_;
};

/// Whether there is a packed store at `path`, by its first bytes; false for what is no regular file
/// or cannot be read.
MFPAR_API bool is_packed_store(const std::string& path);

/// Writes a store, atomically. `origin` is what it was built with: by the seed whoever reads the
/// file finds the order in which ids first appeared. Throws Error(kBadData) for a store without
/// ratings, Error(kSystem).
MFPAR_API void save_packed_store(const RatingStore& ratings, const std::string& path,
                                 const PackedOrigin& origin = {});

}  // namespace mfpar
