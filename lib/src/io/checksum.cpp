// SPDX-License-Identifier: MIT
#include "io/checksum.hpp"

#include <xxhash.h>

#include <new>

namespace mfpar {

std::uint64_t checksum(std::span<const std::byte> bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

RunningChecksum::RunningChecksum() : state_(XXH3_createState()) {
  if (!state_) throw std::bad_alloc();
  XXH3_64bits_reset(state_.get());
}

void RunningChecksum::add(std::span<const std::byte> bytes) noexcept {
  if (!bytes.empty()) XXH3_64bits_update(state_.get(), bytes.data(), bytes.size());
}

std::uint64_t RunningChecksum::take() noexcept {
  const std::uint64_t checksum = XXH3_64bits_digest(state_.get());
  XXH3_64bits_reset(state_.get());
  return checksum;
}

void RunningChecksum::Free::operator()(XXH3_state_s* state) const noexcept {
  XXH3_freeState(state);
}

}  // namespace mfpar
