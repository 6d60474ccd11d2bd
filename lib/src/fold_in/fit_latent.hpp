// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <span>

#include "compute/normal_equations.hpp"
#include "fold_in/minimise_loss.hpp"

namespace mfpar {

/// What a latent rating lies between; either may be infinite.
struct LatentBounds {
  double lower = 0.0;
  double upper = 0.0;
};

/// The factors of a row, and the bias behind them, that make its ratings in a model with an
/// OrdinalLink most likely, penalties counting as priors of a noise of `deviation`: maximise
///
///   2 deviation^2 sum_s log P(lower_s < offset_s + x_s.row + noise < upper_s)
///     - a |factors|^2 - b bias^2
///
/// over the ratings that `equations` were started with, offsets being what scores are without the
/// row. Expectation-maximisation (Dempster, Laird, Rubin 1977): each latent rating is expected
/// given the row, and the row fitted to what is expected, which `ridge` becomes in the end. Ratings
/// beyond the bounds hold their scores where they are, as by a latent rating there. `penalty` comes
/// back as it was used. The result lasts as long as that of NormalEquations::solve().
const Eigen::VectorXd& fit_latent(NormalEquations& equations, std::span<const LatentBounds> bounds,
                                  double deviation, std::span<const double> offsets,
                                  RidgePenalty& penalty, RidgeTargets& ridge);

}  // namespace mfpar
