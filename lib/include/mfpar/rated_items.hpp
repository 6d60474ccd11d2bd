// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
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

/// Ratings that lie outside the range of those that a model was trained on: they are often of
/// another scale. Not synchronised.
struct OffScale {
  std::uint64_t count = 0;
  float first = 0.0f;  ///< of them

  /// Looks at one more rating.
  void add(float value, RatingRange range) noexcept {
    if (value >= range.lowest && value <= range.highest) return;
    if (count++ == 0) first = value;
  }
};

/// What to warn of, "2 ratings (80, ...) outside the range of those trained on, 0.5 to 5; is it the
/// same scale?"; "" where no rating was. `range` is that of the model.
MFPAR_API std::string scale_warning(const OffScale& found, RatingRange range);

/// What whoever rated these ought to know, each a sentence: items that the model does not have,
/// ratings that a later one replaces, values off the scale, and that nothing is left. `given` are
/// what `rated` was made of, where their ids are to be named.
MFPAR_API std::vector<std::string> rating_warnings(const FactorModel& model,
                                                   const RatedItems& rated,
                                                   std::span<const ItemRating> given = {});

}  // namespace mfpar
