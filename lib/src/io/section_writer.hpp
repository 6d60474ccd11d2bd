// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "io/sections.hpp"

namespace mfpar {

/// Collects sections and writes them as one file. Not synchronised.
class SectionWriter {
 public:
  explicit SectionWriter(SectionFileKind kind) : kind_(kind) {}

  /// REQUIRES: a name of 1 to 23 characters that is not there yet; `values` alive until write().
  template <class T>
  void add(std::string_view name, std::span<const T> values) {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= kSectionAlignment);
    add_bytes(name, std::as_bytes(values));
  }

  /// Writes the file atomically. Throws Error(kSystem).
  void write(const std::string& path) const;

 private:
  struct Section {
    std::string name;
    std::span<const std::byte> bytes;
  };
  void add_bytes(std::string_view name, std::span<const std::byte> bytes);

  SectionFileKind kind_;
  std::vector<Section> sections_;
};

}  // namespace mfpar
