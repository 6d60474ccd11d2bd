// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "compute/normal_equations.hpp"
#include "fold_in/known_ratings.hpp"
#include "fold_in/updatable_ridge.hpp"
#include "loss/losses.hpp"
#include "mfpar/fold_in_session.hpp"

namespace mfpar {

/// For whoever looks into a session: explain(), and tests.
struct FoldInSession::Impl {
  Impl(std::shared_ptr<const FactorModel> of, const FoldInOptions& with, Entity joins);

  /// The penalty that serves so many ratings.
  RidgePenalty penalty_for(std::size_t count) const;

  /// Whether one more rating is one more term: under other losses than squares it changes the
  /// weights of all, by an ordinal link the targets, under constraints what is zero.
  bool is_updatable() const {
    return is_quadratic(model->loss()) && !model->has_link() && !model->parts().constraints.any();
  }

  void choose_multiple();
  void set_up();
  void solve();

  /// Brings the row up to the ratings held; `updated`: the equations are already.
  void refit(bool updated);

  // Constant after construction.
  const std::shared_ptr<const FactorModel> model;
  const Entity joining;
  const FoldInOptions options;
  double multiple = 1.0;  ///< of the training's penalty, chosen by leaving one out

  KnownRatings known;
  UpdatableRidge ridge;
  RidgePenalty asked;  ///< that the ridge was last set up for

  // Of the ridge as it was last set up, by rating; no weights are 1 each.
  std::vector<double> fitted;
  std::vector<double> weights;

  Eigen::VectorXd held;  ///< the row under constraints, which the ridge has only nearly
  FoldedIn row;

  std::optional<FoldInSession> one_class;  ///< in the model that this one carries
};

}  // namespace mfpar
