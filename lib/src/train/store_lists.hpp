// SPDX-License-Identifier: MIT
#pragma once

#include "base/parallel.hpp"
#include "mfpar/item_lists.hpp"
#include "mfpar/rating_store.hpp"

namespace mfpar {

/// Who rated what in a store: 4 bytes a rating, and the store's own offsets.
ItemLists item_lists_of(const RatingStore& ratings, const Workers& workers);

}  // namespace mfpar
