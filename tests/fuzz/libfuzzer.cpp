// SPDX-License-Identifier: MIT
//
// The entry of libFuzzer into one target, MFPAR_FUZZ_TARGET.
#include <cstddef>
#include <cstdint>

#include "targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mfpar::fuzz::MFPAR_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
