// SPDX-License-Identifier: MIT
#include "io/sections.hpp"

#include <vector>

#include "io/checksum.hpp"

namespace mfpar {

std::uint64_t header_checksum(SectionFileHeader header, std::span<const SectionFileEntry> table) {
  header.checksum = 0;
  const auto first = std::as_bytes(std::span(&header, 1));
  const auto second = std::as_bytes(table);
  std::vector<std::byte> both(first.begin(), first.end());
  both.insert(both.end(), second.begin(), second.end());
  return checksum(both);
}

}  // namespace mfpar
