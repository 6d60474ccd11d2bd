// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <vector>

#include "mfpar/export.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/fold_in.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// A rating as it comes from outside: the id of the item, and the value in rating units.
struct ItemRating {
  std::string item;
  float value = 0.0f;
};

/// What somebody rated, in the terms of one model.
struct RatedItems {
  /// For fold_in_user(), in the order given: kNoIndex for an item that the model does not have.
  std::vector<FoldInRating> ratings;
  /// The items that the model has, each once, ascending: what a list leaves out.
  std::vector<ItemIndex> items;
};

/// Looks the items of a new user up. Safe from any number of threads.
MFPAR_API RatedItems rated_items(const FactorModel& model, std::span<const ItemRating> ratings);

/// The same where the indices of the items are known.
MFPAR_API RatedItems rated_items(const FactorModel& model, std::vector<FoldInRating> ratings);

}  // namespace mfpar
