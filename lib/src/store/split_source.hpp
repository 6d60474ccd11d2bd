// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "base/parallel.hpp"
#include "mfpar/rating_source.hpp"
#include "store/atomic_bitset.hpp"

namespace mfpar {

/// The ratings at the positions in `held_out` as a store, all others as a source that reads `all`
/// and leaves those out.
SourceSplit split_source(std::shared_ptr<const RatingSource> all, AtomicBitset held_out,
                         const Workers& workers);

}  // namespace mfpar
