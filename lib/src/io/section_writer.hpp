// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
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

  /// Copies the values, which may change before write().
  template <class T>
  void add_copy(std::string_view name, std::span<const T> values) {
    auto copy = std::make_unique_for_overwrite<std::byte[]>(values.size_bytes());
    std::ranges::copy(std::as_bytes(values), copy.get());
    add(name, std::span(reinterpret_cast<const T*>(copy.get()), values.size()));
    copies_.push_back(std::move(copy));
  }
  template <class T>
  void add_copy(std::string_view name, const std::vector<T>& values) {
    add_copy(name, std::span<const T>(values));
  }
  /// A section of one number, or record.
  template <class T>
  void add_value(std::string_view name, const T& value) {
    add_copy(name, std::span<const T>(&value, 1));
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
  std::vector<std::unique_ptr<std::byte[]>> copies_;
};

}  // namespace mfpar
