// SPDX-License-Identifier: MIT
//
// What this core can do at most, measured: the roof that the kernels' speed is held against.
#pragma once

#include <string_view>

namespace mfpar::bench {

/// Fused multiply-adds of floats a second on one core, with the vectors of an instruction set as
/// KernelSet names it; for the baseline a multiplication and an addition.
double multiply_adds_a_second(std::string_view kernels);

/// Bytes a second that one core reads and writes back, in a buffer of `bytes` walked again and
/// again.
double bytes_rewritten_a_second(std::size_t bytes);

}  // namespace mfpar::bench
