// SPDX-License-Identifier: MIT
#include "io/sections.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <vector>

#include "io/checksum.hpp"

namespace mfpar {

SectionFileHeader make_header(const SectionFileKind& kind, std::span<const SectionFileEntry> table,
                              std::uint64_t file_size) {
  SectionFileHeader header{};
  std::memcpy(header.magic, kSectionFileMagic, sizeof header.magic);
  header.byte_order = kSectionByteOrder;
  header.container_version = kContainerVersion;
  assert(!kind.name.empty() && kind.name.size() <= sizeof header.kind);
  std::copy(kind.name.begin(), kind.name.end(), header.kind);
  header.kind_version = kind.version;
  header.section_count = static_cast<std::uint32_t>(table.size());
  header.file_size = file_size;
  header.checksum = header_checksum(header, table);
  return header;
}

std::uint64_t header_checksum(SectionFileHeader header, std::span<const SectionFileEntry> table) {
  header.checksum = 0;
  const auto first = std::as_bytes(std::span(&header, 1));
  const auto second = std::as_bytes(table);
  std::vector<std::byte> both(first.begin(), first.end());
  both.insert(both.end(), second.begin(), second.end());
  return checksum(both);
}

}  // namespace mfpar
