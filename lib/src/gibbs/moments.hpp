// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "base/parallel.hpp"
#include "compute/one_class.hpp"
#include "gibbs/ratings_by_row.hpp"
#include "gibbs/row_prior.hpp"

namespace mfpar {

/// b_r + b_c + p_r.q_c, of rows of `rank` factors and behind them a bias.
inline float score_of(const float* row, const float* other, std::uint32_t rank) {
  float score = row[rank] + other[rank];
  for (std::uint32_t f = 0; f < rank; ++f) score += row[f] * other[f];
  return score;
}

/// The moments of the rows that have ratings, less their `means` (rows x stride; null: 0). The same
/// bytes for any number of threads.
RowMoments moments_of(const FactorRows& rows, const float* means, const Positives& rated,
                      const Workers& workers);

/// The sum of the squared errors of the ratings of each row, by rows of rank factors and a bias.
std::vector<double> squared_errors(const RatingsByRow& ratings, const FactorRows& rows,
                                   const FactorRows& others, const Workers& workers);

}  // namespace mfpar
