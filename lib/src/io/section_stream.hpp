// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "io/checksum.hpp"
#include "io/sections.hpp"
#include "mfpar/atomic_file.hpp"

namespace mfpar {

/// Writes a file of sections whose sizes are not known beforehand, one behind the other: header and
/// table are put in front at the end. Errors are thrown as AtomicFile does. Not synchronised.
class SectionStream {
 public:
  /// REQUIRES: so many sections are begun before commit().
  SectionStream(const std::string& path, SectionFileKind kind, std::size_t sections);

  /// Begins a section; what is written from now on is in it. REQUIRES: a name of 1 to 23 characters
  /// that is not there yet.
  void begin(std::string_view name);

  /// Appends values to the section.
  template <class T>
  void write(std::span<const T> values) {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= kSectionAlignment);
    write_bytes(std::as_bytes(values));
  }

  /// A whole section.
  template <class T>
  void add(std::string_view name, std::span<const T> values) {
    begin(name);
    write(values);
  }

  /// Puts the file in place.
  void commit();

 private:
  void write_bytes(std::span<const std::byte> bytes);
  void end_section();
  void pad();

  AtomicFile file_;
  SectionFileKind kind_;
  std::size_t sections_;
  std::vector<SectionFileEntry> table_;
  RunningChecksum checksum_;
  std::uint64_t position_ = 0;
};

/// Writes a section in blocks, as BlockedSection reads it. Not synchronised.
class BlockedStream {
 public:
  /// Begins the section.
  BlockedStream(SectionStream& file, std::string name);

  template <class T>
  void write(std::span<const T> values) {
    write_bytes(std::as_bytes(values));
  }

  /// Ends it, and adds the section of its checksums.
  void end();

 private:
  void write_bytes(std::span<const std::byte> bytes);

  SectionStream& file_;
  std::string name_;
  RunningChecksum block_;
  std::size_t filled_ = 0;  // bytes of the block
  std::vector<std::uint64_t> checksums_;
};

}  // namespace mfpar
