// SPDX-License-Identifier: MIT
//
// A row that is folded in is uncertain too: given the other side, and a noise of variance s, it is
// normal around the ridge regression with covariance s (X'X + D)^-1. What ScoreVariance wants of it
// is a row w whose product with the rows of the other side is the variance of a score, that of the
// other side included; training finds which linear map takes the diagonal of (X'X + D)^-1 of
// trained rows to theirs.
#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <vector>

#include "base/parallel.hpp"
#include "compute/normal_equations.hpp"
#include "compute/positives.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

using RowFactor = Eigen::LLT<Eigen::MatrixXd>;

/// That of X'X + D for the ratings that `equations` were started with, in which it works.
RowFactor factor_of_row(NormalEquations& equations, const RidgePenalty& penalty);

/// The row of ScoreVariance of someone whose ratings have this factor; empty where the model knows
/// no variance.
std::vector<float> variance_of_row(const FactorModel& model, Entity joining,
                                   const RowFactor& factor);

/// The map that variance_of_row() goes by: rank x (2 + rank of the model). Fitted by least squares
/// to rows who have ratings, a thousand at most, and to the last, of which nothing is known; `rows`
/// are those of ScoreVariance for all of `joining`, `rank` wide.
std::vector<float> fit_variance_map(const FactorModel& model, Entity joining,
                                    const Positives& rated, std::span<const float> rows,
                                    std::uint32_t rank, const Workers& workers);

}  // namespace mfpar
