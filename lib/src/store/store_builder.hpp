// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "base/parallel.hpp"
#include "mfpar/rating_store.hpp"
#include "store/rating_table_impl.hpp"
#include "store/store_labels.hpp"

namespace mfpar {

/// Sorts `chunks` into a store and frees them on the way. Throws Error(kBadData) for a duplicate
/// under Duplicates::kError. The result depends on neither the threads nor where chunks end.
RatingStore sort_into_store(std::vector<RatingChunk> chunks, const StoreLabels& labels,
                            Duplicates duplicates, const Workers& workers);

}  // namespace mfpar
