// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <vector>

#include "base/parallel.hpp"
#include "mfpar/id_dictionary.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/types.hpp"
#include "store/rating_table_impl.hpp"

namespace mfpar {

/// The users and items of a store, and what the indices of a table become there.
struct StoreIndices {
  std::shared_ptr<const IdDictionary> users;
  std::shared_ptr<const IdDictionary> items;
  std::vector<UserIndex> user_index;  ///< by the table's index
  std::vector<ItemIndex> item_index;
};

/// Sorts `chunks` into a store and frees them on the way. Throws Error(kBadData) for a duplicate
/// under Duplicates::kError. The result depends on neither the threads nor where chunks end.
RatingStore sort_into_store(std::vector<RatingChunk> chunks, const StoreIndices& indices,
                            Duplicates duplicates, const Workers& workers);

}  // namespace mfpar
