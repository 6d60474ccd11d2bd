// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "compute/normal_equations.hpp"
#include "fold_in/known_ratings.hpp"
#include "fold_in/minimise_loss.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/fold_in.hpp"

namespace mfpar {

/// Throws Error(kBadOption) for what FoldInOptions does not allow for such a model.
void check_options(const FoldInOptions& options, const FactorModel& model);

/// The penalty that `options` mean for a row of `count` ratings that joins `model`; kLeaveOneOut:
/// before its choice. What the training charges is at least 1e-6.
RidgePenalty penalty_of(const FoldInOptions& options, const FactorModel& model, Entity joining,
                        std::size_t count);

/// Puts a solution on `fixed` and its penalty into `row`. Throws Error(kBadData), and leaves `row`
/// as it was, where single precision does not reach.
void store_solution(const Eigen::VectorXd& solution, const RidgePenalty& penalty,
                    const FixedRows& fixed, FoldedIn& row);

/// Folds in one row after the other, keeping its memory; one thread at a time. Looks at the model's
/// memory. Where the model carries another, the row is folded into both.
class RowFitter {
 public:
  /// REQUIRES: options that check_options() takes.
  RowFitter(const FactorModel& model, Entity joining, const FoldInOptions& options);

  /// As fold_in_user(). `row` is as new where this throws.
  void fit(std::span<const FoldInRating> ratings, FoldedIn& row);

  /// As update_user(), for the row `index` of the joining side, trained on `earlier` of the other.
  void update(std::uint32_t index, std::span<const std::uint32_t> earlier,
              std::span<const FoldInRating> ratings, FoldedIn& row);

 private:
  /// How uncertain the row is of the ratings that the equations were started with.
  void find_variance(const RidgePenalty& penalty, FoldedIn& row);

  Eigen::VectorXd minimise(RidgePenalty& penalty, const RowHold& hold,
                           std::span<const double> kept = {});
  void choose_more(std::uint32_t index, std::span<const std::uint32_t> earlier,
                   std::span<const FoldInRating> ratings, FoldedIn& row);

  const FactorModel& model_;
  const Entity joining_;
  const LossChoice loss_;
  const FoldInOptions options_;
  KnownRatings known_;
  std::vector<std::uint32_t> indices_;  ///< of the known ratings
  std::vector<double> targets_;
  std::vector<double> offsets_;
  RidgeTargets ridge_;
  NormalEquations equations_;
  std::unique_ptr<RowFitter> carried_;  ///< of the model of one-class feedback that this carries
};

}  // namespace mfpar
