// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/sections.hpp"

namespace mfpar {

/// What follows what is wrong with a file.
inline constexpr const char* kDamagedFile =
    "; the file is damaged: restore it from a copy or make it anew";

/// Header and table of a file of sections, checked against each other and the file's size, and the
/// one place that words what is wrong with such a file. Immutable; safe from any number of threads.
class SectionTable {
 public:
  /// Fills `bytes` from a position of the file on.
  using Read = std::function<void(std::uint64_t position, std::span<std::byte> bytes)>;

  SectionTable() = default;

  /// Throws Error(kBadFile) when the file of `size` bytes is not what it should be, with one
  /// distinct sentence for each way, and what `read` throws.
  SectionTable(std::string path, SectionFileKind kind, std::uint64_t size, const Read& read);

  const std::string& path() const noexcept { return path_; }
  std::uint32_t version() const noexcept { return header_.kind_version; }
  std::span<const SectionFileEntry> sections() const noexcept { return table_; }

  /// Where header and table end.
  std::uint64_t end() const noexcept {
    return sizeof header_ + table_.size() * sizeof(SectionFileEntry);
  }

  /// The section of this name, or nullptr.
  const SectionFileEntry* find(std::string_view name) const;

  /// The same where there must be one, of whole values. Throws Error(kBadFile).
  const SectionFileEntry& require(std::string_view name, std::size_t value_size) const;

  /// Throws Error(kBadFile) about byte `position` of a section, giving its place in the file.
  [[noreturn]] void fail(std::string_view name, std::uint64_t position,
                         const std::string& what) const;

  /// Throws Error(kBadFile) about a byte of the file, and about the file as a whole.
  [[noreturn]] void fail_at(std::uint64_t offset, const std::string& what) const;
  [[noreturn]] void fail(const std::string& what) const;

 private:
  void check_beginning(std::uint64_t size, const Read& read) const;
  void read_header(std::uint64_t size, const Read& read);
  void check_header() const;
  void check_table(std::uint64_t size) const;

  std::string path_;
  SectionFileKind kind_{};
  SectionFileHeader header_{};
  std::vector<SectionFileEntry> table_;
};

/// A name in a table, without the zeros that pad it.
std::string unpadded(std::string_view field);

}  // namespace mfpar
