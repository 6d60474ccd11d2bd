// SPDX-License-Identifier: MIT
#include "compute/rating_scale.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "base/partition.hpp"

namespace mfpar {

namespace {

/// Count, mean, sum of squared deviations and extremes of some values.
struct Moments {
  double count = 0.0;
  double mean = 0.0;
  double squares = 0.0;
  float lowest = std::numeric_limits<float>::infinity();
  float highest = -std::numeric_limits<float>::infinity();

  /// Chan, Golub and LeVeque (1979).
  void add(const Moments& other) {
    if (other.count == 0) return;
    const double away = other.mean - mean;
    const double total = count + other.count;
    mean += away * other.count / total;
    squares += other.squares + away * away * count * other.count / total;
    count = total;
    lowest = std::min(lowest, other.lowest);
    highest = std::max(highest, other.highest);
  }

  /// `times` equal values.
  void add(float value, double times) { add({times, value, 0.0, value, value}); }
};

Moments moments_between(const RatingStore& ratings, std::uint64_t begin, std::uint64_t end) {
  Moments moments;
  ratings.visit([&](const auto& entries) {
    entries.for_each_value(begin, end, [&](float value, std::uint64_t count) {
      moments.add(value, static_cast<double>(count));
    });
  });
  return moments;
}

}  // namespace

RatingScale measure_scale(const RatingStore& ratings, bool centre, const Workers& workers) {
  assert(ratings.size() > 0);
  const auto shards = ratings.shard_boundaries();
  std::vector<Moments> parts(shards.size() - 1);
  workers.for_each(parts.size(), [&](std::size_t shard) {
    parts[shard] = moments_between(ratings, ratings.offsets()[shards[shard]],
                                   ratings.offsets()[shards[shard + 1]]);
  });
  Moments all;
  for (const Moments& part : parts) all.add(part);
  RatingScale scale;
  scale.average = static_cast<float>(all.mean);
  if (centre) scale.mean = scale.average;
  const double variance = all.squares / all.count;
  if (variance > 0.0) scale.deviation = static_cast<float>(std::sqrt(variance));
  scale.range = {all.lowest, all.highest};
  return scale;
}

std::vector<float> standardised_values(const RatingStore& ratings, const RatingScale& scale) {
  std::vector<float> values;
  for (const float value : ratings.parts().values) values.push_back(scale.standardise(value));
  return values;
}

std::vector<std::uint32_t> count_item_ratings(const RatingStore& ratings, const Workers& workers) {
  const std::uint32_t items = ratings.item_count();
  // Each piece counts for itself: adding to shared counters costs several times as much.
  const auto pieces =
      balanced_boundaries(ratings.offsets(), static_cast<std::size_t>(workers.threads()));
  std::vector<std::vector<std::uint32_t>> counts(std::max<std::size_t>(pieces.size(), 2) - 1);
  workers.for_each(counts.size(), [&](std::size_t piece) {
    counts[piece].resize(items);
    if (piece + 1 >= pieces.size()) return;
    ratings.for_each(ratings.offsets()[pieces[piece]], ratings.offsets()[pieces[piece + 1]],
                     [&](ItemIndex item, float) { ++counts[piece][item]; });
  });
  for (std::size_t piece = 1; piece < counts.size(); ++piece) {
    std::ranges::transform(counts[piece], counts[0], counts[0].begin(), std::plus());
  }
  return std::move(counts[0]);
}

}  // namespace mfpar
