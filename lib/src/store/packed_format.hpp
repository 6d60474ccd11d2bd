// SPDX-License-Identifier: MIT
//
// What stands in the file of a packed store beside ids and arrays; lib/FORMAT.md has all of it.
#pragma once

#include <cstdint>

#include "io/sections.hpp"

namespace mfpar {

inline constexpr SectionFileKind kPackedStoreKind{.name = "store", .version = 1};

/// Section "store".
struct PackedNumbers {
  std::uint64_t ratings;
  std::uint64_t duplicates;
  std::uint64_t held_out;
  std::uint64_t seed;
  std::uint32_t entry_bytes;      ///< of one entry: compact or wide
  std::uint32_t block_bytes;      ///< of blocks with a checksum each
  std::uint32_t has_timestamps;   ///< 0 or 1
  std::uint32_t duplicates_rule;  ///< as Duplicates
};
static_assert(sizeof(PackedNumbers) == 48);

// The sections in blocks; each is followed by one of its checksums.
inline constexpr const char* kEntriesSection = "entries";
inline constexpr const char* kTimestampsSection = "timestamps";
inline constexpr const char* kHeldOutSection = "held_out";

/// All sections: eight of ids, values, three in blocks with their checksums, offsets and numbers.
inline constexpr std::size_t kPackedSections = 8 + 1 + 6 + 2;

/// The bytes of a bit a rating, where any is held out.
constexpr std::uint64_t held_out_bytes(std::uint64_t ratings) { return (ratings + 7) / 8; }

}  // namespace mfpar
