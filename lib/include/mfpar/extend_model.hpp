// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <vector>

#include "mfpar/export.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/fold_in.hpp"

namespace mfpar {

/// A user or item to be put into a model, as fold-in gave it.
struct NewRow {
  std::string id;
  FoldedIn row;
  std::vector<std::uint32_t>
      rated;  ///< for a user the items, for an item the users it was folded in from
};

/// `model` with more users, behind those it has. A user whose id the model has already is replaced:
/// row, bias, and the list of what was rated. Ratings that were folded in count as trained on. The
/// record of the training stays; in the baseline without factors the row's bias counts. Throws
/// Error(kBadData) for an id that is empty or there twice in `users`, for factors of another rank
/// or not finite, and for a rated index that the model does not have.
MFPAR_API FactorModel with_users(const FactorModel& model, std::span<const NewRow> users);

/// The same for items.
MFPAR_API FactorModel with_items(const FactorModel& model, std::span<const NewRow> items);

}  // namespace mfpar
