// SPDX-License-Identifier: MIT
#include "io/section_reader.hpp"

#include <algorithm>

#include "io/checksum.hpp"

namespace mfpar {

SectionReader::SectionReader(const std::string& path, SectionFileKind kind, bool verify,
                             MappedFile::Access access) {
  const auto read_table = [&](const MappedFile& file) {
    bytes_ = file.bytes();
    table_ = SectionTable(path, kind, bytes_.size(),
                          [this](std::uint64_t position, std::span<std::byte> bytes) {
                            std::ranges::copy(bytes_.subspan(position, bytes.size()), bytes.data());
                          });
  };
  if (access == MappedFile::Access::kCopy) {
    // A large file that is none of ours is refused before it is copied.
    const MappedFile mapped(path, MappedFile::Access::kSequential);
    mapped.read([&] { read_table(mapped); });
  }
  const auto file = MappedFile::shared(path, access);
  read_table(*file);
  owner_ = file;
  if (verify) check_contents();
}

void SectionReader::check_padding(std::uint64_t begin, std::uint64_t end) const {
  for (std::uint64_t position = begin; position < end; ++position) {
    if (bytes_[position] != std::byte{0}) {
      table_.fail_at(position, std::string("a byte between sections is not zero") + kDamagedFile);
    }
  }
}

void SectionReader::check_contents() const {
  std::uint64_t end = table_.end();
  for (const SectionFileEntry& entry : table_.sections()) {
    check_padding(end, entry.offset);
    if (checksum(bytes_.subspan(entry.offset, entry.size)) != entry.checksum) {
      table_.fail_at(entry.offset, "section '" + unpadded({entry.name, sizeof entry.name}) +
                                       "' does not match its checksum" + kDamagedFile);
    }
    end = entry.offset + entry.size;
  }
  check_padding(end, bytes_.size());
}

std::span<const std::byte> SectionReader::section(std::string_view name,
                                                  std::size_t value_size) const {
  const SectionFileEntry& entry = table_.require(name, value_size);
  return bytes_.subspan(entry.offset, entry.size);
}

}  // namespace mfpar
