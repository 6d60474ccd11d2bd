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

/// What training saves is finite, and some of it besides above 0, or not below.
enum class Sign { kAny, kNotNegative, kPositive };

/// The values of a section. Throws Error(kBadFile) when there are not `count`: another training
/// left them; and where a number cannot be.
template <class T>
FrozenArray<T> saved_array(const SectionReader& file, const std::string& section, std::size_t count,
                           Sign sign = Sign::kAny) {
  FrozenArray<T> saved = file.array<T>(section);
  if (saved.size() != count) {
    file.fail(section, 0,
              "it holds " + std::to_string(saved.size()) + " numbers; " + std::to_string(count) +
                  " were expected for these ratings and options");
  }
  if constexpr (std::floating_point<T>) {
    const auto refuse = [&](auto is_bad, const char* what) {
      const auto bad = std::find_if(saved.begin(), saved.end(), is_bad);
      if (bad == saved.end()) return;
      file.fail(section, static_cast<std::uint64_t>(bad - saved.begin()) * sizeof(T), what);
    };
    refuse([](T x) { return !std::isfinite(x); }, "a number is not finite");
    if (sign == Sign::kNotNegative) refuse([](T x) { return x < 0; }, "a number is below 0");
    if (sign == Sign::kPositive) refuse([](T x) { return x <= 0; }, "a number is not above 0");
  }
  return saved;
}

/// Puts the values of a section into `to`. Throws as saved_array().
template <class T>
void restore_array(const SectionReader& file, const std::string& section, std::span<T> to,
                   Sign sign = Sign::kAny) {
  const FrozenArray<T> saved = saved_array<T>(file, section, to.size(), sign);
  std::ranges::copy(saved.span(), to.begin());
}

/// The same of rows of `width` floats, `stride` apart, and zeros between them. Throws besides where
/// these are none: kernels take them for zeros.
inline void restore_rows(const SectionReader& file, const std::string& section, std::span<float> to,
                         std::size_t width, std::size_t stride) {
  restore_array(file, section, to);
  for (std::size_t row = 0; row < to.size(); row += stride) {
    for (std::size_t at = row + width; at < row + stride; ++at) {
      if (to[at] == 0.0f) continue;
      file.fail(section, at * sizeof(float), "the padding of a row is not zero");
    }
  }
}

}  // namespace mfpar
