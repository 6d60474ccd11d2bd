// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "compute/normal_equations.hpp"
#include "fold_in/constrained_row.hpp"
#include "mfpar/loss.hpp"

namespace mfpar {

/// A weighted ridge regression, by rating; no weights are 1 each.
struct RidgeTargets {
  std::vector<double> targets;
  std::vector<double> weights;
};

/// The row's part of the score of a rating.
double row_part(const Eigen::VectorXd& row, const FixedRows& fixed, std::uint32_t index);

/// The factors of a row, and the bias behind them, that minimise
///
///   sum_s 2 c error(y_s, y_s - offset_s - x_s.row) + a |factors|^2 + b bias^2
///
/// with error and c = kStep those of the loss (loss/losses.hpp), over the ratings that `equations`
/// were started with: offsets are what scores are without the row, `targets` y_s - offset_s.
/// Squares are one ridge regression; of any other loss the ridge regressions on its majorisers are
/// solved, one after the other, each of which lowers the sum. `ridge` becomes the last of them,
/// which has the same minimum. `penalty` comes back as it was used. Where `kept` is not empty, a
/// rating with kept_s > 0 counts kept_s (y_s - offset_s - x_s.row)^2 in place of its loss. Under
/// `hold` magnitudes count beside the squares, or factors are not negative, and `ridge` has the
/// minimum under the same.
Eigen::VectorXd minimise_loss(LossChoice loss, NormalEquations& equations,
                              std::span<const double> targets, std::span<const double> offsets,
                              RidgePenalty& penalty, RidgeTargets& ridge, const RowHold& hold = {},
                              std::span<const double> kept = {});

}  // namespace mfpar
