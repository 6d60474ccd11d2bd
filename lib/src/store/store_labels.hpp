// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/parallel.hpp"
#include "mfpar/id_dictionary.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// The users and items of a store, and what the indices of a table become there.
struct StoreLabels {
  std::shared_ptr<const IdDictionary> users;
  std::shared_ptr<const IdDictionary> items;
  std::vector<UserIndex> user_index;  ///< by the table's index
  std::vector<ItemIndex> item_index;
};

/// Gives the users and items of a table the random order that `seed` stands for.
StoreLabels shuffled_labels(const IdDictionary& users, const IdDictionary& items,
                            std::uint64_t seed, const Workers& workers);

}  // namespace mfpar
