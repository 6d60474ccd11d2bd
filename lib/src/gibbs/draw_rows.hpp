// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "base/parallel.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/one_class.hpp"
#include "gibbs/ratings_by_row.hpp"
#include "gibbs/row_prior.hpp"
#include "mfpar/ordinal_link.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// What the rows of one side are drawn from. A row of rank + 1 floats is its factors and behind
/// them its bias; a rating of row r of this and row c of the other side is
///
///   b_r + b_c + p_r.q_c + noise,  noise ~ N(0, 1 / precision),
///
/// the precision being noise_precision times a weight of row r and one of row c. So a row, given
/// those of the other side, is fitted to its targets less b_c on rows (q_c, 1).
struct RowConditionals {
  const RatingsByRow& ratings;
  FactorRows others;  ///< of the other side
  const RowPrior& prior;
  const float* prior_means = nullptr;  ///< rows x stride, beside the prior's mean; null: 0
  double noise_precision = 1.0;
  std::span<const float> weights;  ///< by row
  std::span<const float> weights_of_others;

  /// Where targets are positions of values; latent ratings are drawn in their place, given the rows
  /// as they were.
  const OrdinalLink* link = nullptr;
  Entity of = Entity::kUser;  ///< the side of the rows
};

/// Draws every row of `rows` that has ratings from its conditional, a normal distribution: in
/// double precision, by Cholesky of its precision, one generator a row. The same bytes for any
/// number of threads. REQUIRES: `rows` as long as `others`.
void draw_rows(const RowConditionals& conditionals, float* rows, std::uint64_t seed,
               const KernelSet& kernels, const Workers& workers);

}  // namespace mfpar
