// SPDX-License-Identifier: MIT
#include "io/section_table.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "mfpar/error.hpp"

namespace mfpar {

namespace {

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// What a file of another kind seems to be, by its first bytes.
std::string describe_foreign(std::string_view start) {
  if (start.starts_with("\x1f\x8b")) return "it is a gzip file; decompress it first";
  if (start.starts_with("\x28\xb5\x2f\xfd")) return "it is a zstd file; decompress it first";
  if (start.starts_with("PK\x03\x04")) return "it is a zip archive; unpack it first";
  const std::string_view line =
      start.substr(0, std::min(start.find_first_of("\r\n"), std::size_t{32}));
  const bool text = std::all_of(line.begin(), line.end(),
                                [](char c) { return c == '\t' || (c >= ' ' && c <= '~'); });
  if (text) return "it is a text file that begins with '" + std::string(line) + "'";
  return "it begins with " + quoted(start.substr(0, sizeof kSectionFileMagic));
}

}  // namespace

std::string unpadded(std::string_view field) {
  return std::string(field.substr(0, field.find('\0')));
}

SectionTable::SectionTable(std::string path, SectionFileKind kind, std::uint64_t size,
                           const Read& read)
    : path_(std::move(path)), kind_(kind) {
  check_beginning(size, read);
  read_header(size, read);
  check_table(size);
}

void SectionTable::fail(const std::string& what) const {
  throw Error(ErrorCode::kBadFile, path_ + ": " + what);
}

void SectionTable::fail_at(std::uint64_t offset, const std::string& what) const {
  fail("at byte " + std::to_string(offset) + ": " + what);
}

void SectionTable::fail(std::string_view name, std::uint64_t position,
                        const std::string& what) const {
  const SectionFileEntry* entry = find(name);
  fail_at((entry ? entry->offset : 0) + position, "section '" + std::string(name) + "': " + what);
}

void SectionTable::check_beginning(std::uint64_t size, const Read& read) const {
  const std::string wanted = "a " + std::string(kind_.name) + " file was expected";
  if (size == 0) fail("the file is empty; " + wanted);
  std::array<std::byte, 256> bytes;
  const auto first = std::span(bytes).first(std::min<std::uint64_t>(size, bytes.size()));
  read(0, first);
  const std::string_view start = text_of(first);
  const std::string_view magic(kSectionFileMagic, sizeof kSectionFileMagic);
  if (start.size() < sizeof(SectionFileHeader) &&
      start.starts_with(magic.substr(0, start.size()))) {
    fail("the file is truncated: it ends after " + std::to_string(start.size()) +
         " bytes, within its header" + kDamagedFile);
  }
  if (!start.starts_with(magic)) fail_at(0, wanted + ", but " + describe_foreign(start));
}

void SectionTable::read_header(std::uint64_t size, const Read& read) {
  read(0, std::as_writable_bytes(std::span(&header_, 1)));
  if (header_.byte_order == __builtin_bswap32(kSectionByteOrder)) {
    fail_at(offsetof(SectionFileHeader, byte_order),
            "the file was written on a machine of the other byte order; make it anew on this one");
  }
  if (header_.byte_order != kSectionByteOrder) {
    fail_at(offsetof(SectionFileHeader, byte_order),
            std::string("the mark of the byte order is none") + kDamagedFile);
  }
  if (header_.container_version != kContainerVersion) {
    fail_at(offsetof(SectionFileHeader, container_version),
            "the file is of container version " + std::to_string(header_.container_version) +
                ", this program reads version " + std::to_string(kContainerVersion) +
                "; use a newer program");
  }
  if (header_.file_size != size) {
    const bool shorter = size < header_.file_size;
    fail_at(offsetof(SectionFileHeader, file_size),
            std::string("the file is ") + (shorter ? "truncated" : "longer than it says") +
                ": it has " + std::to_string(size) + " bytes and its header announces " +
                std::to_string(header_.file_size) + kDamagedFile);
  }
  const std::uint64_t most = (size - sizeof header_) / sizeof(SectionFileEntry);
  if (header_.section_count > most) {
    fail_at(offsetof(SectionFileHeader, section_count),
            "the header announces " + std::to_string(header_.section_count) +
                " sections, more than the file has room for" + kDamagedFile);
  }
  table_.resize(header_.section_count);
  read(sizeof header_, std::as_writable_bytes(std::span(table_)));
  check_header();
}

void SectionTable::check_header() const {
  if (header_.checksum != header_checksum(header_, table_)) {
    fail_at(offsetof(SectionFileHeader, checksum),
            std::string("header and table do not match their checksum") + kDamagedFile);
  }
  const std::string kind = unpadded({header_.kind, sizeof header_.kind});
  if (kind != kind_.name) {
    fail_at(offsetof(SectionFileHeader, kind),
            "it is a " + kind + " file; a " + std::string(kind_.name) + " file was expected");
  }
  if (header_.kind_version < kind_.oldest || header_.kind_version > kind_.version) {
    const std::string older =
        kind_.oldest < kind_.version ? std::to_string(kind_.oldest) + " to " : "";
    fail_at(offsetof(SectionFileHeader, kind_version),
            "the file is of version " + std::to_string(header_.kind_version) +
                ", this program reads version " + older + std::to_string(kind_.version) +
                "; use a newer program");
  }
}

// The checksum has shown that the table is as it was written; this shows that it was written by
// somebody who follows the format, so that nothing behind needs to doubt an offset.
void SectionTable::check_table(std::uint64_t size) const {
  std::uint64_t end = this->end();
  for (std::size_t i = 0; i < table_.size(); ++i) {
    const SectionFileEntry& entry = table_[i];
    const std::uint64_t place = sizeof header_ + i * sizeof entry;
    const std::string name = unpadded({entry.name, sizeof entry.name});
    if (name.empty() || name.size() == sizeof entry.name || find(name) != &entry) {
      fail_at(place, "the name of section " + std::to_string(i) +
                         " is empty, too long or there twice" + kDamagedFile);
    }
    const std::uint64_t expected = aligned_to_section(end);
    if (entry.offset != expected) {
      fail_at(place + offsetof(SectionFileEntry, offset),
              "section '" + name + "' is misplaced at " + std::to_string(entry.offset) +
                  " instead of " + std::to_string(expected) + kDamagedFile);
    }
    if (entry.offset > size || entry.size > size - entry.offset) {
      fail_at(place + offsetof(SectionFileEntry, size),
              "section '" + name + "' of " + std::to_string(entry.size) +
                  " bytes reaches beyond the end of the file" + kDamagedFile);
    }
    end = entry.offset + entry.size;
  }
  if (aligned_to_section(end) != size) {
    fail_at(end, std::string("there are bytes behind the last section") + kDamagedFile);
  }
}

const SectionFileEntry* SectionTable::find(std::string_view name) const {
  for (const SectionFileEntry& entry : table_) {
    if (unpadded({entry.name, sizeof entry.name}) == name) return &entry;
  }
  return nullptr;
}

const SectionFileEntry& SectionTable::require(std::string_view name, std::size_t value_size) const {
  const SectionFileEntry* entry = find(name);
  if (entry == nullptr) fail("section '" + std::string(name) + "' is missing" + kDamagedFile);
  if (entry->size % value_size != 0) {
    fail(name, 0,
         "its size, " + std::to_string(entry->size) + " bytes, is no multiple of " +
             std::to_string(value_size) + kDamagedFile);
  }
  return *entry;
}

}  // namespace mfpar
