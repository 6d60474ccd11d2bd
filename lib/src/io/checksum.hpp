// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace mfpar {

/// XXH3, 64 bits, seed 0: what our files carry to prove that they are whole. It finds accidents,
/// not forgeries.
std::uint64_t checksum(std::span<const std::byte> bytes) noexcept;

}  // namespace mfpar
