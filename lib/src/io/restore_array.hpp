// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "io/section_reader.hpp"

namespace mfpar {

/// The values of a section. Throws Error(kBadFile) when there are not `count`: another training
/// left them; and where a number is not finite, since training saves none.
template <class T>
FrozenArray<T> saved_array(const SectionReader& file, const std::string& section,
                           std::size_t count) {
  FrozenArray<T> saved = file.array<T>(section);
  if (saved.size() != count) {
    file.fail(section, 0,
              "it holds " + std::to_string(saved.size()) + " numbers; " + std::to_string(count) +
                  " were expected for these ratings and options");
  }
  if constexpr (std::floating_point<T>) {
    const auto bad =
        std::find_if(saved.begin(), saved.end(), [](T x) { return !std::isfinite(x); });
    if (bad != saved.end()) {
      file.fail(section, static_cast<std::uint64_t>(bad - saved.begin()) * sizeof(T),
                "a number is not finite");
    }
  }
  return saved;
}

/// Puts the values of a section into `to`. Throws as saved_array().
template <class T>
void restore_array(const SectionReader& file, const std::string& section, std::span<T> to) {
  const FrozenArray<T> saved = saved_array<T>(file, section, to.size());
  std::ranges::copy(saved.span(), to.begin());
}

}  // namespace mfpar
