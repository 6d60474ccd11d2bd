// SPDX-License-Identifier: MIT
//
// How ids are told apart, shared by IdBuilder and IdDictionary. Hash tables of dictionaries stand
// in model files: neither hash may ever change.
#pragma once

#include <xxhash.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/random.hpp"

namespace mfpar {

/// The integer that `id` writes in canonical form: an optional minus, digits, no leading zero, no
/// minus zero, within 64 bits. Nothing for any other text: "007" and "7" are different ids.
std::optional<std::int64_t> canonical_integer(std::string_view id) noexcept;

inline std::uint64_t hash_id(std::int64_t id) noexcept {
  return mix_bits(static_cast<std::uint64_t>(id));
}
inline std::uint64_t hash_id(std::string_view id) noexcept {
  return XXH3_64bits(id.data(), id.size());
}

/// The size of an open-addressing table for `count` ids: a power of two, at most half full.
constexpr std::size_t slots_for(std::size_t count) { return std::bit_ceil(2 * count + 1); }

}  // namespace mfpar
