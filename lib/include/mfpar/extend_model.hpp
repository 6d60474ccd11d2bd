// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "mfpar/export.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/fold_in.hpp"
#include "mfpar/rated_items.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/rating_table.hpp"

namespace mfpar {

/// A user or item to be put into a model, as fold-in gave it.
struct NewRow {
  std::string id;
  FoldedIn row;
  std::vector<std::uint32_t>
      rated;  ///< for a user the items, for an item the users it was folded in from
  std::vector<std::uint32_t> held_out = {};  ///< what else is known to be rated
  /// A part of `rated`: the positives, where the model lists them apart (Parts::chosen).
  std::vector<std::uint32_t> chosen = {};
};

/// `model` with more users, behind those it has. A user whose id the model has already is replaced:
/// row, bias, and the lists of what was rated. Ratings that were folded in count as trained on. The
/// record of the training stays; in the baseline without factors the row's bias counts. Throws
/// Error(kBadData) for an id that is empty or there twice in `users`, for factors of another rank
/// or not finite, and for a rated index that the model does not have.
MFPAR_API FactorModel with_users(const FactorModel& model, std::span<const NewRow> users);

/// `ratings`, carrying `one_class` for its lists, which was trained on the same users and items.
/// Throws Error(kBadOption) where their ids are not the same, in the same order, or the feedback is
/// not as the names say.
MFPAR_API FactorModel with_one_class(const FactorModel& ratings, FactorModel one_class);

/// The same as with_users() for items.
MFPAR_API FactorModel with_items(const FactorModel& model, std::span<const NewRow> items);

/// The users, or the items, of a table of ratings, folded into a model.
struct FoldedInTable {
  /// In the order of the table; for with_users() or with_items(). What a stop request left out is
  /// not there.
  std::vector<NewRow> rows;
  std::size_t updated = 0;       ///< rows of users, or items, that the model has already
  std::uint64_t used = 0;        ///< ratings that were fitted
  std::uint64_t unknown = 0;     ///< left out: the model does not have the other side's id
  std::uint64_t duplicates = 0;  ///< left out: a later rating is of the same user and item
  std::string first_unknown;     ///< an id that the model does not have
  OffScale off_scale;            ///< of all ratings
};

/// `model` with all users and items of `ratings`: those it does not have are folded in, users by
/// their ratings of items that it has, then items by all their ratings; known rows stay as they
/// are. What TrainHooks::warm_start starts from where ratings are new.
MFPAR_API FactorModel with_folded_in(const FactorModel& model, const RatingStore& ratings,
                                     int threads = 0);

/// Told how many rows are done.
using FoldInProgress = std::function<void(std::size_t done)>;

/// Folds in every user of `ratings` (Entity::kUser), or every item: who is new by these ratings
/// alone, as fold_in_user(), who is known by update_user(), keeping what the model knows to be
/// rated. In parallel; the rows do not depend on the number of threads (0: all cores).
/// `on_progress` is called on this thread. Throws as fold_in_user(),
/// naming the id.
MFPAR_API FoldedInTable fold_in_table(const FactorModel& model, const RatingTable& ratings,
                                      Entity joining = Entity::kUser,
                                      const FoldInOptions& options = {}, int threads = 0,
                                      std::stop_token stop = {},
                                      const FoldInProgress& on_progress = {});

}  // namespace mfpar
