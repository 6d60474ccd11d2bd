// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "mfpar/rating_store.hpp"

namespace mfpar {

/// Calls body(item, value) for each rating of a store in [begin, end), in order. In which form the
/// store keeps them is asked once, not for each.
template <class Body>
void for_each_rating(const RatingStore& ratings, std::uint64_t begin, std::uint64_t end,
                     const Body& body) {
  if (ratings.is_compact()) {
    const std::uint32_t* const entries = ratings.parts().compact.data();
    const float* const values = ratings.parts().values.data();
    for (std::uint64_t at = begin; at < end; ++at) {
      body(RatingStore::item_of(entries[at]), values[RatingStore::code_of(entries[at])]);
    }
  } else {
    const RatingStore::WideEntry* const entries = ratings.parts().wide.data();
    for (std::uint64_t at = begin; at < end; ++at) body(entries[at].item, entries[at].value);
  }
}

}  // namespace mfpar
