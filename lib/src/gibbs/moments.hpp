// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "base/parallel.hpp"
#include "compute/one_class.hpp"
#include "gibbs/ratings_by_row.hpp"
#include "gibbs/row_prior.hpp"

namespace mfpar {

/// The moments of the rows that have ratings, less their `means` (rows x stride; null: 0). The same
/// bytes for any number of threads.
RowMoments moments_of(const FactorRows& rows, const float* means, const Positives& rated,
                      const Workers& workers);

/// The sum of the squared errors of the ratings of each row, by rows of rank factors and a bias.
std::vector<double> squared_errors(const RatingsByRow& ratings, const FactorRows& rows,
                                   const FactorRows& others, const Workers& workers);

}  // namespace mfpar
