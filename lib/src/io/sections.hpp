// SPDX-License-Identifier: MIT
//
// The container of our binary files: a header, a table and named sections, each on a 64-byte
// boundary with a checksum of its own. lib/FORMAT.md describes it byte by byte. Every byte of a
// file is proven: by the header's checksum, by a section's, or by having to be zero.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace mfpar {

/// What a file of sections is for.
struct SectionFileKind {
  std::string_view name;           ///< in the file, 1 to 8 characters: "model"
  std::uint32_t version = 1;       ///< of what the sections mean
  std::uint32_t oldest = version;  ///< the first version that a reader of this kind can read, too
};

/// A file begins with this; all numbers are in the byte order of the machine that wrote them.
struct SectionFileHeader {
  char magic[8];
  std::uint32_t byte_order;
  std::uint32_t container_version;
  char kind[8];  ///< padded with zeros
  std::uint32_t kind_version;
  std::uint32_t section_count;
  std::uint64_t file_size;
  std::uint8_t reserved[16];  ///< zeros
  std::uint64_t checksum;     ///< of the header, with zeros here, and the table
};

/// The table behind the header has one of these for each section, in the order of their offsets.
struct SectionFileEntry {
  char name[24];         ///< padded with at least one zero
  std::uint64_t offset;  ///< the first multiple of the alignment behind what comes before
  std::uint64_t size;    ///< zeros follow, up to the next multiple of the alignment
  std::uint64_t checksum;
};
static_assert(sizeof(SectionFileHeader) == 64 && sizeof(SectionFileEntry) == 48);

inline constexpr char kSectionFileMagic[8] = {'\x89', 'M', 'F', 'P', 'A', 'R', '\r', '\n'};
inline constexpr std::uint32_t kSectionByteOrder = 0x01020304;
inline constexpr std::uint32_t kContainerVersion = 1;
inline constexpr std::uint64_t kSectionAlignment = 64;

/// The bytes of a block of a section that is proven block by block (BlockedSection).
inline constexpr std::size_t kSectionBlock = std::size_t{1} << 16;

/// `position` rounded up to the alignment.
constexpr std::uint64_t aligned_to_section(std::uint64_t position) {
  return (position + kSectionAlignment - 1) / kSectionAlignment * kSectionAlignment;
}

/// The header of a file of so many bytes with this table.
SectionFileHeader make_header(const SectionFileKind& kind, std::span<const SectionFileEntry> table,
                              std::uint64_t file_size);

/// The checksum that belongs into the header of a file with this header and table.
std::uint64_t header_checksum(SectionFileHeader header, std::span<const SectionFileEntry> table);

}  // namespace mfpar
