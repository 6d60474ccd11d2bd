// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace mfpar {

/// How many bytes this process can still take without anything being swapped or killed: what the
/// machine has available (MemAvailable), its control groups (versions 1 and 2) and the limit on its
/// address space leave; the most a number holds where nothing is known. `root` is where proc and
/// sys are, for tests.
std::uint64_t available_memory(const std::string& root = "");

/// How many bytes of memory this process has; 0 where nothing is known.
std::uint64_t resident_memory(const std::string& root = "");

}  // namespace mfpar
