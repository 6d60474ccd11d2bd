// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mfpar/export.hpp"
#include "mfpar/frozen_array.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// The ids of users or of items: id to dense index and back. Ids are text and come back letter for
/// letter; when every id is an integer in canonical form (no leading zero, no plus sign, fits 64
/// bits) they are stored as 8-byte numbers instead. Immutable; safe from any number of threads.
class MFPAR_API IdDictionary {
 public:
  /// The arrays behind a dictionary, as they stand in memory and in a model file.
  struct Parts {
    FrozenArray<std::int64_t> integers;  ///< one per id when all are canonical integers, or empty
    FrozenArray<std::uint64_t> text_offsets;  ///< ids + 1 positions in `text`, or empty
    FrozenArray<char> text;                   ///< the ids, one behind the other, without separators
    FrozenArray<std::uint32_t> slots;  ///< open-addressing table of indices; kNoIndex is free
  };

  /// A dictionary with no ids.
  IdDictionary() = default;

  /// ids[i] gets index i. Throws Error(kBadData) when an id is there twice.
  explicit IdDictionary(const std::vector<std::string>& ids);

  /// ids[i] gets index i; the ids read back as their decimal digits. Throws as above.
  explicit IdDictionary(std::vector<std::int64_t> ids);

  /// Puts back a dictionary from its arrays. Throws Error(kBadFile) when they do not fit together
  /// (offsets that fall, slots out of range); does not hash every id again.
  explicit IdDictionary(Parts parts);

  /// The number of ids.
  std::uint32_t size() const noexcept { return size_; }

  /// Whether ids are held as 64-bit integers.
  bool is_integer() const noexcept { return text_offsets_is_empty(); }

  /// The index of `id`, or kNoIndex.
  std::uint32_t find(std::string_view id) const noexcept;

  /// The id at `index`. REQUIRES: index < size().
  std::string id(std::uint32_t index) const;

  /// The same ids in another order: the result's index of `id(i)` is new_index[i].
  /// REQUIRES: new_index is a permutation of [0, size()).
  IdDictionary relabelled(std::span<const std::uint32_t> new_index) const;

  const Parts& parts() const noexcept { return parts_; }

 private:
  bool text_offsets_is_empty() const noexcept { return parts_.text_offsets.empty(); }

  Parts parts_;
  std::uint32_t size_ = 0;
};

}  // namespace mfpar
