// SPDX-License-Identifier: MIT
//
// Models of one-class feedback with factors drawn at random, alone and carried by one of ratings.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "made_models.hpp"
#include "mfpar/factor_model.hpp"

namespace mfpar::tests {

/// Every second rating of a user.
inline ItemLists half_of(const ItemLists& rated, UserIndex users) {
  std::vector<std::uint64_t> offsets{0};
  std::vector<ItemIndex> chosen;
  for (UserIndex user = 0; user < users; ++user) {
    const auto list = rated.of(user);
    for (std::size_t i = 0; i < list.size(); i += 2) chosen.push_back(list[i]);
    offsets.push_back(chosen.size());
  }
  return {FrozenArray<std::uint64_t>(std::move(offsets)),
          FrozenArray<ItemIndex>(std::move(chosen))};
}

/// With a threshold for positives every second rating of a user was one.
inline FactorModel::Parts one_class_parts(MadeModelOptions options,
                                          std::optional<float> relevant = {}) {
  options.biases = false;
  FactorModel::Parts parts = made_parts(options);
  parts.feedback = Feedback::kOneClass;
  parts.range = {0.0f, 1.0f};
  parts.fold_in = {.factors = 0.01f, .bias = 0.0f, .exponent = 0.25f};
  parts.one_class_weights = {.unobserved_weight = 0.3f, .relevant = relevant};
  if (relevant) parts.chosen = half_of(parts.trained, options.users);
  return parts;
}

/// A model of ratings of rank 8 that carries one of one-class feedback of rank 5.
inline FactorModel model_of_both(std::optional<float> relevant = {}) {
  FactorModel::Parts parts = made_parts({});
  FactorModel::Parts carried = one_class_parts({.rank = 5, .seed = 7}, relevant);
  carried.trained = parts.trained;
  if (relevant) carried.chosen = half_of(parts.trained, MadeModelOptions().users);
  carried.users.ids = parts.users.ids;
  carried.items.ids = parts.items.ids;
  parts.one_class = std::make_shared<const FactorModel>(std::move(carried));
  return FactorModel(std::move(parts));
}

}  // namespace mfpar::tests
