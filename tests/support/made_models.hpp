// SPDX-License-Identifier: MIT
//
// Models with factors drawn at random, for tests of serving.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numeric>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/random.hpp"
#include "mfpar/factor_model.hpp"

namespace mfpar::tests {

struct MadeModelOptions {
  UserIndex users = 20;
  ItemIndex items = 100;
  std::uint32_t rank = 8;
  bool biases = true;
  std::uint32_t ratings_each = 5;  ///< of each user: trained on
  std::uint64_t seed = 1;

  /// Items' factors are scaled by n^-tail, n from 1 in a random order, since rarely rated items
  /// have small ones.
  double tail = 0.5;
};

inline FactorModel::Parts made_parts(const MadeModelOptions& options) {
  Random random(options.seed);
  FactorModel::Parts parts;
  parts.rank = options.rank;
  parts.stride = (options.rank + 15) / 16 * 16;
  parts.biases = options.biases;
  parts.mean = options.biases ? 3.5f : 0.0f;
  parts.range = {0.5f, 5.0f};
  const auto rows = [&](std::size_t count, double tail) {
    AlignedBuffer<float> buffer(count * parts.stride);
    const RandomPermutation popularity(count, options.seed);
    for (std::size_t row = 0; row < count; ++row) {
      const double scale =
          std::pow(static_cast<double>(popularity(row) + 1), -tail) / std::sqrt(options.rank);
      for (std::size_t k = 0; k < options.rank; ++k) {
        buffer[row * parts.stride + k] = static_cast<float>(scale * random.normal());
      }
    }
    return FrozenArray<float>(std::move(buffer));
  };
  const auto biases = [&](std::size_t count) {
    std::vector<float> values(count);
    for (float& b : values) b = options.biases ? static_cast<float>(0.4 * random.normal()) : 0.0f;
    return FrozenArray<float>(std::move(values));
  };
  const auto ids = [](std::uint32_t count) {
    std::vector<std::int64_t> numbers(count);
    std::iota(numbers.begin(), numbers.end(), std::int64_t{1000});
    return std::make_shared<const IdDictionary>(std::move(numbers));
  };
  parts.users.factors = rows(options.users, 0.0);
  parts.items.factors = rows(options.items, options.tail);
  parts.users.biases = biases(options.users);
  parts.items.biases = biases(options.items);
  parts.users.ids = ids(options.users);
  parts.items.ids = ids(options.items);
  std::vector<std::uint64_t> offsets{0};
  std::vector<ItemIndex> rated;
  for (UserIndex user = 0; user < options.users; ++user) {
    for (ItemIndex i = 0; i < std::min(options.ratings_each, options.items); ++i) {
      // Ascending: each from a stretch of its own.
      const auto share = options.items / std::min(options.ratings_each, options.items);
      rated.push_back(i * share + static_cast<ItemIndex>(random.below(share)));
    }
    offsets.push_back(rated.size());
  }
  parts.trained = {.offsets = FrozenArray<std::uint64_t>(std::move(offsets)),
                   .items = FrozenArray<ItemIndex>(std::move(rated))};
  return parts;
}

inline std::shared_ptr<const FactorModel> made_model(const MadeModelOptions& options = {}) {
  return std::make_shared<const FactorModel>(made_parts(options));
}

/// The same model, which knows how uncertain it is, by numbers of this rank, some of them negative.
inline FactorModel with_variance(FactorModel::Parts parts, std::uint32_t rank = 3) {
  Random random(rank);
  const auto numbers = [&](std::size_t count, double lowest) {
    std::vector<float> values(count);
    for (float& x : values) x = static_cast<float>(lowest + 0.5 * random.uniform());
    return FrozenArray<float>(std::move(values));
  };
  const std::size_t users = parts.users.ids->size() + std::size_t{1},
                    items = parts.items.ids->size() + std::size_t{1};
  parts.variance = {.rank = rank,
                    .users = numbers(users * rank, 0.0),
                    .items = numbers(items * rank, -0.1),
                    .noise = numbers(users, 0.1),
                    .user_fold_in = numbers(rank * (parts.rank + std::size_t{2}), 0.0),
                    .item_fold_in = numbers(rank * (parts.rank + std::size_t{2}), 0.0)};
  return FactorModel(std::move(parts));
}

}  // namespace mfpar::tests
