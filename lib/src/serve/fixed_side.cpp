// SPDX-License-Identifier: MIT
#include "serve/fixed_side.hpp"

namespace mfpar {

FixedSide fixed_side(const FactorModel& model, Entity joining) {
  const FactorModel::Side& side = model.side(other(joining));
  return {.rows = side.factors.data(),
          .biases = side.biases.data(),
          .stride = model.stride(),
          .count = side.ids->size(),
          .rank = model.rank(),
          .has_biases = model.has_biases(),
          .mean = model.mean()};
}

}  // namespace mfpar
