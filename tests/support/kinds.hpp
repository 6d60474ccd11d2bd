// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "mfpar/features.hpp"
#include "mfpar/read_features.hpp"
#include "mfpar/train.hpp"
#include "rating_fixtures.hpp"

namespace mfpar::tests {

/// Kinds of users like kinds of items: both have their kind as a feature, and every tenth of each
/// is left out of the training ratings.
struct Kinds {
  static constexpr std::uint32_t kUsers = 120, kItems = 100, kKinds = 4;

  explicit Kinds(bool labels = false) {
    Random random(3);
    std::vector<Rating> trained, left_out;
    for (std::uint32_t u = 0; u < kUsers; ++u) {
      for (std::uint32_t i = 0; i < kItems; ++i) {
        if (random.uniform() > 0.5) continue;
        const double liked = u % kKinds == i % kKinds ? 1.5 : i % kKinds == 0 ? 0.5 : -0.5;
        double value = 3.0 + liked + 0.2 * random.normal();
        if (labels) value = value > 3.0 ? 1.0 : 0.0;
        const bool is_new = u % 10 == 9 || i % 10 == 9;
        (is_new ? left_out : trained).push_back({u, i, static_cast<float>(value), 0});
      }
    }
    const RatingStore both = store_of(trained);
    std::vector<std::string> users, items;
    for (std::uint32_t u = 0; u < kUsers; ++u) users.push_back(std::to_string(u));
    for (std::uint32_t i = 0; i < kItems; ++i) items.push_back(std::to_string(i));
    training = with_ids(with_ids(both, Entity::kUser, IdDictionary(users)), Entity::kItem,
                        IdDictionary(items));
    test = left_out;
    user_features = kinds_of(*training.parts().users);
    item_features = kinds_of(*training.parts().items);
  }

  static Features kinds_of(const IdDictionary& ids) {
    Features features;
    for (std::uint32_t kind = 0; kind < kKinds; ++kind) {
      features.names.push_back("kind=" + std::to_string(kind));
    }
    for (std::uint32_t row = 0; row < ids.size(); ++row) {
      features.indices.push_back(static_cast<std::uint32_t>(std::stoul(ids.id(row))) % kKinds);
      features.values.push_back(1.0f);
      features.offsets.push_back(features.indices.size());
    }
    return features;
  }

  FactorModel train_with(const Features* users, const Features* items,
                         const TrainOptions& options) const {
    TrainHooks hooks;
    hooks.user_features = users;
    hooks.item_features = items;
    return train(training, {}, options, hooks).model;
  }

  /// The mean squared error of ratings whose user, or item, or both are new.
  double error(const FactorModel& model, bool new_user, bool new_item) const {
    double sum = 0.0, count = 0.0;
    for (const Rating& r : test) {
      if ((r.user % 10 == 9) != new_user || (r.item % 10 == 9) != new_item) continue;
      const double predicted = model.predict(model.users().find(std::to_string(r.user)),
                                             model.items().find(std::to_string(r.item)));
      sum += (predicted - r.value) * (predicted - r.value);
      count += 1.0;
    }
    return sum / count;
  }

  RatingStore training;
  std::vector<Rating> test;
  Features user_features, item_features;
};

}  // namespace mfpar::tests
