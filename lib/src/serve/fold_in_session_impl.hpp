// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "mfpar/fold_in_session.hpp"
#include "serve/fixed_side.hpp"
#include "serve/held_ratings.hpp"
#include "serve/ridge_penalty.hpp"
#include "serve/updatable_ridge.hpp"

namespace mfpar {

/// For whoever looks into a session: explain(), and tests.
struct FoldInSession::Impl {
  Impl(std::shared_ptr<const FactorModel> of, const FoldInOptions& with, Entity joins);

  /// The penalty that serves so many ratings.
  RidgePenalty penalty_for(std::size_t count) const;

  void choose_multiple();
  void set_up();
  void solve();

  /// Brings the row up to the ratings held; `updated`: the equations are already.
  void refit(bool updated);

  // Constant after construction.
  const std::shared_ptr<const FactorModel> model;
  const Entity joining;
  const FixedSide side;
  const FoldInOptions options;
  double multiple = 1.0;  ///< of the training's penalty, chosen by leaving one out

  HeldRatings held;
  UpdatableRidge ridge;
  RidgePenalty asked;  ///< that the ridge was last set up for
  FoldedIn row;
};

}  // namespace mfpar
