// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <span>

#include "mfpar/fold_in.hpp"
#include "serve/fixed_side.hpp"
#include "serve/ridge_equations.hpp"
#include "serve/ridge_penalty.hpp"

namespace mfpar {

/// Solves the ridge regressions of one row after the other. Keeps its memory from one to the next;
/// one thread at a time.
class Ridge {
 public:
  explicit Ridge(const FixedSide& side) : side_(side), equations_(side) {}

  /// The factors and, where there are biases, the bias after them, of the row with these ratings, by
  /// whichever form is smaller. `penalty` comes back as it was used (RidgePenalty::solvable). The
  /// result lasts until the next call.
  const Eigen::VectorXd& solve(std::span<const FoldInRating> ratings, RidgePenalty& penalty);

  /// The two forms. The dual is for at most as many ratings as unknowns.
  const Eigen::VectorXd& solve_primal(std::span<const FoldInRating> ratings, RidgePenalty& penalty);
  const Eigen::VectorXd& solve_dual(std::span<const FoldInRating> ratings, RidgePenalty& penalty);

  /// To work in between two solutions.
  RidgeEquations& equations() noexcept { return equations_; }

 private:
  const FixedSide side_;
  RidgeEquations equations_;
  Eigen::VectorXd solution_;
};

/// Puts coefficients and penalty into `row`. Throws Error(kBadData), and leaves `row` as it was,
/// where single precision does not reach.
void store_solution(const Eigen::VectorXd& coefficients, const RidgePenalty& penalty,
                    const FixedSide& side, FoldedIn& row);

}  // namespace mfpar
