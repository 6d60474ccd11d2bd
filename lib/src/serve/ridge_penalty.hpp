// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "mfpar/factor_model.hpp"
#include "mfpar/fold_in.hpp"
#include "serve/fixed_side.hpp"

namespace mfpar {

/// What the squares of the factors and of the bias are multiplied with. Both above 0.
struct RidgePenalty {
  double factors = 1.0;
  double bias = 1.0;

  bool operator==(const RidgePenalty&) const = default;
  RidgePenalty operator*(double multiple) const noexcept {
    return {factors * multiple, bias * multiple};
  }

  /// The penalty, raised where double precision would lose it beside the rows of `count` ratings,
  /// whose squared lengths add up to `square_length`.
  RidgePenalty solvable(double square_length, std::size_t count) const noexcept;
};

/// X'X of the primal, a bias last, becomes X'X + D with the penalties on the diagonal.
template <class Matrix>
void add_penalty(Matrix& gram, const RidgePenalty& penalty, const FixedSide& side) {
  gram.diagonal().head(side.rank).array() += penalty.factors;
  if (side.has_biases) gram(side.rank, side.rank) += penalty.bias;
}

/// Throws Error(kBadOption) for what FoldInOptions does not allow.
void check_options(const FoldInOptions& options);

/// What the training charges a row of `count` ratings, but at least 1e-6.
RidgePenalty training_penalty(const FoldInPenalty& training, std::size_t count);

/// The penalty that `options` mean for a row of `count` ratings; kLeaveOneOut: before its choice.
RidgePenalty penalty_of(const FoldInOptions& options, const FoldInPenalty& training,
                        std::size_t count);

}  // namespace mfpar
