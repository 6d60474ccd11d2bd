// SPDX-License-Identifier: MIT
#pragma once

#include "base/parallel.hpp"
#include "mfpar/packed_store.hpp"
#include "mfpar/rating_table.hpp"

namespace mfpar {

/// The ratings of a packed store as a table, whose ids stand in the order in which they first
/// appeared in what was packed: a store built of it is the one that would have been built of that,
/// by any seed. Its ids are all of the store's, whatever the part. Throws as PackedStore::read().
RatingTable packed_table(const PackedStore& packed, PackedPart part, bool with_timestamps,
                         const Workers& workers);

}  // namespace mfpar
