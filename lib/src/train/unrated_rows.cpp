// SPDX-License-Identifier: MIT
#include "train/unrated_rows.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "compute/feature_regression.hpp"

namespace mfpar {

namespace {

/// Too few rows tell nothing.
constexpr std::uint32_t kFewRows = 10;

/// Rows are left out to choose the penalty in so many parts, one after the other. They stand in
/// random order.
constexpr std::size_t kParts = 5;

/// Penalties that are tried, in rows of the mean weight, the strongest first: each search starts
/// from the one before.
constexpr double kPenalties[] = {100.0, 10.0, 1.0};

/// How exact the regressions are that choose a penalty, and the last.
constexpr double kRough = 1e-3, kExact = 1e-6;

/// From so many ratings on a row weighs no more with each. By the ratings themselves popular rows
/// rule, and what has no ratings is rarely one of them: of MovieLens latest-small, items that a
/// random fold has for itself were predicted worse than without features (MSE .987 for .925); with
/// 1 as the weight of all, all ratings of a random tenth of the items gain 4 %, with 5 ratings 6 %.
constexpr double kEnoughRatings = 5.0;

/// What a row is to have, a bias and factors: rows x (1 + rank).
std::vector<double> targets_of(const FactorModel::Parts& parts, const FactorModel::Side& side) {
  const std::size_t width = parts.rank + std::size_t{1};
  std::vector<double> targets(side.biases.size() * width);
  for (std::size_t row = 0; row < side.biases.size(); ++row) {
    targets[row * width] = side.biases[row];
    std::copy_n(side.factors.data() + row * parts.stride, parts.rank, &targets[row * width + 1]);
  }
  return targets;
}

/// What an error of 1 in each number of a row costs in squared scores: 1 in the bias, and in a
/// factor the mean square of the other side's.
std::vector<double> costs_of(const FactorModel::Parts& parts, const FactorModel::Side& others) {
  std::vector<double> costs(parts.rank + std::size_t{1});
  costs[0] = 1.0;
  const auto count = static_cast<double>(others.biases.size());
  for (std::size_t row = 0; row < others.biases.size(); ++row) {
    const float* const factors = others.factors.data() + row * parts.stride;
    for (std::size_t f = 0; f < parts.rank; ++f) costs[f + 1] += factors[f] * factors[f] / count;
  }
  return costs;
}

/// The penalty by which rows that are left out are predicted best.
double best_penalty(const Features& features, const std::vector<double>& weights,
                    const std::vector<double>& targets, const std::vector<double>& costs,
                    double mean_weight, const Workers& workers) {
  const std::size_t width = costs.size();
  std::array<double, std::size(kPenalties)> errors{};
  std::vector<double> expected(width);
  for (std::size_t part = 0; part < kParts; ++part) {
    std::vector<double> kept = weights;
    for (std::size_t row = part; row < kept.size(); row += kParts) kept[row] = 0.0;
    FeatureRegression regression(features, kept, targets, width, workers);
    for (std::size_t p = 0; p < errors.size(); ++p) {
      regression.fit(kPenalties[p] * mean_weight, kRough);
      for (std::size_t row = part; row < kept.size(); row += kParts) {
        if (weights[row] == 0.0) continue;
        regression.predict(row, expected);
        for (std::size_t c = 0; c < width; ++c) {
          const double difference = targets[row * width + c] - expected[c];
          errors[p] += weights[row] * costs[c] * difference * difference;
        }
      }
    }
  }
  const auto best = std::min_element(errors.begin(), errors.end()) - errors.begin();
  return kPenalties[best] * mean_weight;
}

void fill(FactorModel::Parts& parts, Entity entity, const Features& features,
          std::span<const std::uint32_t> counts, const Workers& workers) {
  FactorModel::Side& side = parts.side(entity);
  std::vector<double> weights(counts.begin(), counts.end());
  for (double& n : weights) n /= 1.0 + n / kEnoughRatings;
  const auto rated = counts.size() - static_cast<std::size_t>(std::ranges::count(counts, 0u));
  if (rated < kFewRows || rated == counts.size()) return;
  const std::vector<double> targets = targets_of(parts, side);
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  const double penalty =
      best_penalty(features, weights, targets, costs_of(parts, parts.side(other(entity))),
                   total / static_cast<double>(rated), workers);
  const std::size_t width = parts.rank + std::size_t{1};
  FeatureRegression regression(features, weights, targets, width, workers);
  regression.fit(penalty, kExact);

  auto factors = std::make_shared<AlignedBuffer<float>>(side.factors.size());
  std::ranges::copy(side.factors, factors->begin());
  std::vector<float> biases(side.biases.begin(), side.biases.end());
  std::vector<double> expected(width);
  for (std::size_t row = 0; row < counts.size(); ++row) {
    if (counts[row] > 0 || features.offsets[row] == features.offsets[row + 1]) continue;
    regression.predict(row, expected);
    if (parts.biases) biases[row] = static_cast<float>(expected[0]);
    std::transform(expected.begin() + 1, expected.end(), factors->data() + row * parts.stride,
                   [](double x) { return static_cast<float>(x); });
  }
  const std::span<const float> view(factors->data(), factors->size());
  side.factors = FrozenArray<float>(std::move(factors), view);
  side.biases = FrozenArray<float>(std::move(biases));
}

}  // namespace

FactorModel with_unrated_rows(FactorModel model, const TrainHooks& hooks,
                              const RatingStatistics& statistics, const Workers& workers) {
  if (hooks.user_features == nullptr && hooks.item_features == nullptr) return model;
  FactorModel::Parts parts = model.parts();
  if (hooks.user_features != nullptr) {
    fill(parts, Entity::kUser, *hooks.user_features, statistics.user_counts, workers);
  }
  if (hooks.item_features != nullptr) {
    fill(parts, Entity::kItem, *hooks.item_features, statistics.item_counts, workers);
  }
  return FactorModel(std::move(parts));
}

}  // namespace mfpar
