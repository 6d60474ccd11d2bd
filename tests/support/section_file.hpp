// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/checksum.hpp"
#include "io/sections.hpp"

namespace mfpar::tests {

/// A file of sections taken apart, to be changed and put together with the checksums that belong to
/// it: what a faulty writer, or somebody with bad intentions, would make.
struct SectionFile {
  struct Section {
    std::string name;
    std::string bytes;
  };

  std::string kind;
  std::uint32_t version = 0;
  std::vector<Section> sections;

  /// Of any bytes: what lies outside them is left out.
  explicit SectionFile(std::string_view file) {
    SectionFileHeader header{};
    std::memcpy(&header, file.data(), std::min(file.size(), sizeof header));
    kind = std::string(header.kind, sizeof header.kind);
    version = header.kind_version;
    std::size_t at = sizeof header;
    for (std::uint32_t i = 0; i < header.section_count; ++i, at += sizeof(SectionFileEntry)) {
      if (at + sizeof(SectionFileEntry) > file.size()) break;
      SectionFileEntry entry;
      std::memcpy(&entry, file.data() + at, sizeof entry);
      const std::string_view name(entry.name, sizeof entry.name);
      const std::size_t begin = std::min<std::uint64_t>(entry.offset, file.size());
      sections.push_back({std::string(name.substr(0, name.find('\0'))),
                          std::string(file.substr(begin, entry.size))});
    }
  }

  /// The section of this name, null where there is none.
  Section* find(std::string_view name) {
    const auto found = std::find_if(sections.begin(), sections.end(),
                                    [&](const Section& s) { return s.name == name; });
    return found == sections.end() ? nullptr : &*found;
  }

  /// The file, laid out as the format asks for.
  std::string bytes() const {
    SectionFileHeader header{};
    std::memcpy(header.magic, kSectionFileMagic, sizeof header.magic);
    header.byte_order = kSectionByteOrder;
    header.container_version = kContainerVersion;
    std::memcpy(header.kind, kind.data(), std::min(kind.size(), sizeof header.kind));
    header.kind_version = version;
    header.section_count = static_cast<std::uint32_t>(sections.size());
    std::vector<SectionFileEntry> table(sections.size());
    std::string file(sizeof header + table.size() * sizeof(SectionFileEntry), '\0');
    for (std::size_t i = 0; i < sections.size(); ++i) {
      const auto& [name, content] = sections[i];
      file.resize(aligned_to_section(file.size()));
      std::memcpy(table[i].name, name.data(), std::min(name.size(), sizeof table[i].name));
      table[i].offset = file.size();
      table[i].size = content.size();
      table[i].checksum = checksum(std::as_bytes(std::span(content)));
      file += content;
    }
    file.resize(aligned_to_section(file.size()));
    header.file_size = file.size();
    header.checksum = header_checksum(header, table);
    std::memcpy(file.data(), &header, sizeof header);
    if (!table.empty()) {
      std::memcpy(file.data() + sizeof header, table.data(), table.size() * sizeof table[0]);
    }
    return file;
  }
};

}  // namespace mfpar::tests
