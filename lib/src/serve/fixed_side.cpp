// SPDX-License-Identifier: MIT
#include "serve/fixed_side.hpp"

namespace mfpar {

FixedSide fixed_side(const FactorModel& model, FoldInSide side) {
  const FactorModel::Parts& parts = model.parts();
  const bool user_joins = side == FoldInSide::kUser;
  return {.rows = user_joins ? parts.item_factors.data() : parts.user_factors.data(),
          .biases = user_joins ? parts.item_biases.data() : parts.user_biases.data(),
          .stride = model.stride(),
          .count = user_joins ? model.item_count() : model.user_count(),
          .rank = model.rank(),
          .has_biases = model.has_biases(),
          .mean = model.mean()};
}

}  // namespace mfpar
