// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "mfpar/read_ratings.hpp"

namespace mfpar {

/// The ratings of the packed store at `path`. Throws Error(kBadOption) for options that say how
/// text is written, and for timestamps that it lacks; and as PackedStore.
ReadResult read_packed_ratings(const std::string& path, const ReadOptions& options);

}  // namespace mfpar
