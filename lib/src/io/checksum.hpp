// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

struct XXH3_state_s;

namespace mfpar {

/// XXH3, 64 bits, seed 0: what our files carry to prove that they are whole. It finds accidents,
/// not forgeries.
std::uint64_t checksum(std::span<const std::byte> bytes) noexcept;

/// The checksum of bytes that come piece by piece. Not synchronised.
class RunningChecksum {
 public:
  RunningChecksum();

  void add(std::span<const std::byte> bytes) noexcept;

  /// The checksum of what was added since the last call.
  std::uint64_t take() noexcept;

 private:
  struct Free {
    void operator()(XXH3_state_s* state) const noexcept;
  };
  std::unique_ptr<XXH3_state_s, Free> state_;
};

}  // namespace mfpar
