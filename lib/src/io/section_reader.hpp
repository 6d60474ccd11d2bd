// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "io/mapped_file.hpp"
#include "io/section_table.hpp"
#include "mfpar/frozen_array.hpp"

namespace mfpar {

/// A file of sections in memory. The arrays it hands out keep that alive. Immutable; safe from any
/// number of threads.
class SectionReader {
 public:
  /// Copies or maps the file and checks header, table and sizes, and with `verify` every checksum
  /// and padding byte too. Throws Error(kSystem) when it cannot be read, Error(kBadFile) when it is
  /// not what it should be, with one distinct sentence for each way.
  SectionReader(const std::string& path, SectionFileKind kind, bool verify,
                MappedFile::Access access = MappedFile::Access::kCopy);

  /// Of the file's kind.
  std::uint32_t version() const noexcept { return table_.version(); }

  /// Whether there is a section of this name.
  bool has(std::string_view name) const { return table_.find(name) != nullptr; }

  /// The section's bytes as values of T. Throws Error(kBadFile) when it is missing or not a whole
  /// number of values.
  template <class T>
  FrozenArray<T> array(std::string_view name) const {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= kSectionAlignment);
    const auto bytes = section(name, sizeof(T));
    return {owner_, {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)}};
  }

  /// Throws Error(kBadFile) about byte `position` of a section, giving its place in the file.
  [[noreturn]] void fail(std::string_view name, std::uint64_t position,
                         const std::string& what) const {
    table_.fail(name, position, what);
  }

  /// Throws Error(kBadFile) about the file as a whole.
  [[noreturn]] void fail(const std::string& what) const { table_.fail(what); }

 private:
  std::span<const std::byte> section(std::string_view name, std::size_t value_size) const;
  void check_padding(std::uint64_t begin, std::uint64_t end) const;
  void check_contents() const;

  SectionTable table_;
  std::shared_ptr<const void> owner_;
  std::span<const std::byte> bytes_;
};

}  // namespace mfpar
