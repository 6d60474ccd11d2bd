// SPDX-License-Identifier: MIT
#include "io/section_writer.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "io/checksum.hpp"
#include "mfpar/atomic_file.hpp"

namespace mfpar {

void SectionWriter::add_bytes(std::string_view name, std::span<const std::byte> bytes) {
  assert(!name.empty() && name.size() < sizeof(SectionFileEntry::name));
  assert(std::none_of(sections_.begin(), sections_.end(),
                      [&](const Section& section) { return section.name == name; }));
  sections_.push_back({std::string(name), bytes});
}

void SectionWriter::write(const std::string& path) const {
  AtomicFile file(path);  // before the checksums: a path that cannot be written fails at once

  std::vector<SectionFileEntry> table;
  std::uint64_t end = sizeof(SectionFileHeader) + sections_.size() * sizeof(SectionFileEntry);
  for (const Section& section : sections_) {
    SectionFileEntry entry{};
    std::copy(section.name.begin(), section.name.end(), entry.name);
    entry.offset = aligned_to_section(end);
    entry.size = section.bytes.size();
    entry.checksum = checksum(section.bytes);
    end = entry.offset + entry.size;
    table.push_back(entry);
  }

  const SectionFileHeader header = make_header(kind_, table, aligned_to_section(end));
  std::uint64_t position = 0;
  const auto append = [&](std::span<const std::byte> bytes) {
    constexpr std::array<std::byte, kSectionAlignment> kZeros{};
    const auto padding = aligned_to_section(position + bytes.size()) - position - bytes.size();
    file.write(bytes);
    file.write(std::span(kZeros).first(padding));
    position += bytes.size() + padding;
  };
  append(std::as_bytes(std::span(&header, 1)));  // 64 bytes: no padding
  append(std::as_bytes(std::span(table)));
  for (const Section& section : sections_) append(section.bytes);
  assert(position == header.file_size);
  file.commit();
}

}  // namespace mfpar
