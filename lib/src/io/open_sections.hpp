// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/system_array.hpp"
#include "io/file_descriptor.hpp"
#include "io/section_table.hpp"
#include "mfpar/frozen_array.hpp"

namespace mfpar {

/// A file of sections that is larger than memory: what is asked for is read from it then, and
/// proven. The file may change or shrink at any time, which is an Error. Immutable; safe from any
/// number of threads.
class OpenSections {
 public:
  /// Opens the file and checks header and table. Throws Error(kSystem) when it cannot be read or is
  /// no regular file, Error(kBadFile) when it is not what it should be.
  OpenSections(const std::string& path, SectionFileKind kind);

  const SectionTable& table() const noexcept { return table_; }

  /// A whole section as values of T, in memory of their own. Throws Error(kBadFile) when it is
  /// missing, damaged or not a whole number of values.
  template <class T>
  FrozenArray<T> array(std::string_view name) const {
    static_assert(std::is_trivially_copyable_v<T>);
    const SectionFileEntry& entry = table_.require(name, sizeof(T));
    SystemArray<T> values(entry.size / sizeof(T));
    read_whole(entry, std::as_writable_bytes(values.span()));
    const std::size_t count = values.span().size();
    return std::move(values).freeze(count);
  }

  /// Fills `bytes` from a position of the file on, unproven. Throws Error(kSystem) where it cannot
  /// be read or has become shorter.
  void read(std::uint64_t position, std::span<std::byte> bytes) const;

  /// Throws Error(kBadFile) about byte `position` of a section.
  [[noreturn]] void fail(std::string_view name, std::uint64_t position,
                         const std::string& what) const {
    table_.fail(name, position, what);
  }

 private:
  void read_whole(const SectionFileEntry& entry, std::span<std::byte> bytes) const;

  FileDescriptor file_;
  SectionTable table_;
};

/// The bytes of a section in blocks, of which each has a checksum, so that a part can be proven:
/// the section NAME.blocks has the checksums of NAME's blocks, the last of which may be shorter.
class BlockedSection {
 public:
  BlockedSection() = default;

  /// Throws Error(kBadFile) when the section has another size or there are not as many checksums
  /// as blocks.
  BlockedSection(const OpenSections& file, std::string name, std::uint64_t size);

  /// Fills `bytes` from byte `position` of the section on, and proves every block that it touches.
  /// Throws Error(kBadFile) naming the block that is not what was written, and as
  /// OpenSections::read(). REQUIRES: within the section.
  void read(const OpenSections& file, std::uint64_t position, std::span<std::byte> bytes) const;

 private:
  void read_part(const OpenSections& file, std::uint64_t position,
                 std::span<std::byte> bytes) const;
  void check(const OpenSections& file, std::uint64_t block, std::span<const std::byte> bytes) const;
  std::size_t size_of(std::uint64_t block) const;

  std::string name_;
  std::uint64_t offset_ = 0;
  std::uint64_t size_ = 0;
  FrozenArray<std::uint64_t> checksums_;
};

}  // namespace mfpar
