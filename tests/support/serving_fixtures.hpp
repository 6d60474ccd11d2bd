// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/random.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/fold_in.hpp"

namespace mfpar::tests {

inline FrozenArray<float> made_array(std::size_t size,
                                     const std::function<double(std::size_t)>& value) {
  AlignedBuffer<float> buffer(size);
  for (std::size_t i = 0; i < size; ++i) buffer[i] = static_cast<float>(value(i));
  return FrozenArray<float>(std::move(buffer));
}

struct ModelShape {
  std::uint32_t rank = 8;
  std::uint32_t users = 60;
  std::uint32_t items = 80;
  bool biases = true;
  FoldInPenalty penalty{.factors = 0.7f, .bias = 0.4f, .exponent = 0.5f};
  std::uint64_t seed = 1;
  /// Of a factor k in row i of either side; normal, for interactions about 1, unless given.
  std::function<double(std::size_t i, std::size_t k)> factor = {};
};

/// A model with ids 0, 1, 2, ... that no training made.
inline std::shared_ptr<const FactorModel> shaped_model(const ModelShape& shape = {}) {
  Random random(shape.seed);
  const double deviation = std::pow(std::max(1u, shape.rank), -0.25);
  FactorModel::Parts parts;
  parts.rank = shape.rank;
  parts.stride = (shape.rank + 15) / 16 * 16;
  const auto rows = [&](std::size_t count) {
    return made_array(count * parts.stride, [&](std::size_t at) {
      const std::size_t row = at / parts.stride, k = at % parts.stride;
      if (k >= shape.rank) return 0.0;
      return shape.factor ? shape.factor(row, k) : deviation * random.normal();
    });
  };
  const auto biases = [&](std::size_t count) {
    return made_array(count, [&](std::size_t) { return shape.biases ? random.normal() / 2 : 0; });
  };
  const auto ids = [](std::uint32_t count) {
    std::vector<std::int64_t> numbers(count);
    std::iota(numbers.begin(), numbers.end(), 0);
    return std::make_shared<const IdDictionary>(std::move(numbers));
  };
  parts.biases = shape.biases;
  parts.mean = shape.biases ? 3.25f : 0.0f;
  parts.range = {0.5f, 5.0f};
  parts.users.factors = rows(shape.users);
  parts.items.factors = rows(shape.items);
  parts.users.biases = biases(shape.users);
  parts.items.biases = biases(shape.items);
  parts.users.ids = ids(shape.users);
  parts.items.ids = ids(shape.items);
  parts.fold_in = shape.penalty;
  return std::make_shared<const FactorModel>(std::move(parts));
}

/// Ratings of `count` different indices below `indices`, in no order. REQUIRES: count <= indices.
inline std::vector<FoldInRating> made_ratings(std::size_t count, std::uint32_t indices,
                                              std::uint64_t seed = 1) {
  Random random(seed);
  const RandomPermutation order(indices, seed);
  std::vector<FoldInRating> ratings(count);
  for (std::size_t i = 0; i < count; ++i) {
    ratings[i] = {static_cast<std::uint32_t>(order(i)),
                  static_cast<float>(1 + random.below(9)) / 2};
  }
  return ratings;
}

inline FoldInOptions fixed_penalty(double alpha, std::optional<double> bias_alpha = {}) {
  return {FoldInOptions::Penalty::kFixed, alpha, bias_alpha};
}

/// Factors, and the bias after them, of a new user, by the textbook's normal equations.
Eigen::VectorXd slow_fold_in(const FactorModel& model, std::span<const FoldInRating> ratings,
                             double alpha, double bias_alpha);

inline Eigen::VectorXd numbers_of(const FoldedIn& row, const FactorModel& model) {
  Eigen::VectorXd all(static_cast<Eigen::Index>(row.factors.size()) + model.has_biases());
  for (std::size_t k = 0; k < row.factors.size(); ++k)
    all[static_cast<Eigen::Index>(k)] = row.factors[k];
  if (model.has_biases()) all[all.size() - 1] = row.bias;
  return all;
}

/// The largest difference, relative to the larger of 1 and the largest number.
inline double difference(const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
  if (a.size() != b.size() || !a.allFinite() || !b.allFinite()) return INFINITY;
  if (a.size() == 0) return 0.0;
  return (a - b).cwiseAbs().maxCoeff() / std::max(1.0, b.cwiseAbs().maxCoeff());
}

}  // namespace mfpar::tests
