// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "compute/normal_equations.hpp"
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
/// which has the same minimum. `penalty` comes back as it was used. The result lasts as long as
/// that of NormalEquations::solve(). Where `kept` is not empty, a rating with kept_s > 0 counts
/// kept_s (y_s - offset_s - x_s.row)^2 in place of its loss.
const Eigen::VectorXd& minimise_loss(Loss loss, NormalEquations& equations,
                                     std::span<const double> targets,
                                     std::span<const double> offsets, RidgePenalty& penalty,
                                     RidgeTargets& ridge, std::span<const double> kept = {});

}  // namespace mfpar
