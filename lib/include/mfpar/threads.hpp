// SPDX-License-Identifier: MIT
#pragma once

#include "mfpar/export.hpp"

namespace mfpar {

/// The number of threads that an option means: 0 is one for each core this process may use.
/// Throws Error(kBadOption) when `requested` is negative or above 4096.
MFPAR_API int resolve_threads(int requested);

}  // namespace mfpar
