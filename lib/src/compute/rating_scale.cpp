// SPDX-License-Identifier: MIT
#include "compute/rating_scale.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <cmath>
#include <limits>

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
  if (ratings.is_compact()) {
    std::array<std::uint32_t, RatingStore::kMostValues> counts{};
    for (const auto entry : ratings.parts().compact.span().subspan(begin, end - begin)) {
      ++counts[RatingStore::code_of(entry)];
    }
    for (std::size_t code = 0; code < ratings.parts().values.size(); ++code) {
      if (counts[code] > 0) moments.add(ratings.parts().values[code], counts[code]);
    }
  } else {
    for (std::uint64_t at = begin; at < end; ++at) moments.add(ratings.value(at), 1.0);
  }
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
  std::vector<std::uint32_t> counts(ratings.item_count());
  const auto shards = ratings.shard_boundaries();
  if (shards.size() < 2) return counts;
  workers.for_each(shards.size() - 1, [&](std::size_t shard) {
    const std::uint64_t end = ratings.offsets()[shards[shard + 1]];
    for (std::uint64_t at = ratings.offsets()[shards[shard]]; at < end; ++at) {
      std::atomic_ref(counts[ratings.item(at)]).fetch_add(1, std::memory_order_relaxed);
    }
  });
  return counts;
}

}  // namespace mfpar
