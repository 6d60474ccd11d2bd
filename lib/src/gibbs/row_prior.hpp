// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "gibbs/random_draws.hpp"

namespace mfpar {

/// What is known of the rows of one side before their ratings: row r is normal with mean `mean` +
/// (what its effects add) and precision `precision`; see Effects.
struct RowPrior {
  Eigen::VectorXd mean;
  Eigen::MatrixXd precision;
};

/// Sums over the rows of a side of what is left of them without their effects.
struct RowMoments {
  double count = 0.0;
  Eigen::VectorXd sum;
  Eigen::MatrixXd products;  ///< sum of the outer products
};

/// Draws mean and precision given the rows, under a Normal-Wishart prior of mean 0, as certain of
/// it as two rows would make it, and of as many degrees of freedom as a row is long, around the
/// identity (Salakhutdinov, Mnih 2008). Effects, which have the same precision times a strength,
/// count as `effects` further rows of mean 0, whose outer products, times the strength, add up to
/// `effect_products`.
RowPrior draw_row_prior(const RowMoments& rows, double effects,
                        const Eigen::MatrixXd& effect_products, RandomDraws& draws);

}  // namespace mfpar
