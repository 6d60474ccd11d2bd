// SPDX-License-Identifier: MIT
#include "compute/rating_statistics.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "base/partition.hpp"
#include "compute/bias_baseline.hpp"
#include "compute/each_rating.hpp"
#include "loss/losses.hpp"
#include "mfpar/evaluate.hpp"

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
    for_each_rating(ratings, begin, end, [&](ItemIndex, float value) { moments.add(value, 1.0); });
  }
  return moments;
}

/// The distribution of a store's ratings: moments at once, the rest when it is asked for.
class StoreDistribution final : public RatingDistribution {
 public:
  StoreDistribution(const RatingStore& ratings, const Workers& workers) : ratings_(ratings) {
    const auto shards = ratings.shard_boundaries();
    std::vector<Moments> parts(shards.size() - 1);
    workers.for_each(parts.size(), [&](std::size_t shard) {
      parts[shard] = moments_between(ratings, ratings.offsets()[shards[shard]],
                                     ratings.offsets()[shards[shard + 1]]);
    });
    for (const Moments& part : parts) all_.add(part);
  }

  double mean() const override { return all_.mean; }
  double deviation() const override {
    const double variance = all_.squares / all_.count;
    return variance > 0.0 ? std::sqrt(variance) : 1.0;
  }
  RatingRange range() const override { return {all_.lowest, all_.highest}; }

  double median() const override {
    std::vector<float> values;
    values.reserve(ratings_.size());
    visit([&](float value) { values.push_back(value); });
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
  }

  bool is_two_valued() const override {
    std::uint64_t between = 0;
    visit([&](float value) { between += value != all_.lowest && value != all_.highest; });
    return between == 0 && all_.lowest != all_.highest;
  }

 private:
  template <class Body>
  void visit(const Body& body) const {
    for_each_rating(ratings_, 0, ratings_.size(), [&](ItemIndex, float value) { body(value); });
  }

  const RatingStore& ratings_;
  Moments all_;
};

std::vector<std::uint32_t> count_user_ratings(const RatingStore& ratings) {
  std::vector<std::uint32_t> counts(ratings.user_count());
  const auto offsets = ratings.offsets();
  for (std::size_t user = 0; user < counts.size(); ++user) {
    counts[user] = static_cast<std::uint32_t>(offsets[user + 1] - offsets[user]);
  }
  return counts;
}

std::vector<std::uint32_t> count_item_ratings(const RatingStore& ratings,
                                              const Workers& workers) {
  const std::uint32_t items = ratings.item_count();
  // Each piece counts for itself: adding to shared counters costs several times as much.
  const auto pieces =
      balanced_boundaries(ratings.offsets(), static_cast<std::size_t>(workers.threads()));
  std::vector<std::vector<std::uint32_t>> counts(std::max<std::size_t>(pieces.size(), 2) - 1);
  workers.for_each(counts.size(), [&](std::size_t piece) {
    counts[piece].resize(items);
    if (piece + 1 >= pieces.size()) return;
    for_each_rating(ratings, ratings.offsets()[pieces[piece]], ratings.offsets()[pieces[piece + 1]],
                    [&](ItemIndex item, float) { ++counts[piece][item]; });
  });
  for (std::size_t piece = 1; piece < counts.size(); ++piece) {
    std::ranges::transform(counts[piece], counts[0], counts[0].begin(), std::plus());
  }
  return std::move(counts[0]);
}

}  // namespace

RatingStatistics measure_ratings(const RatingStore& ratings, Loss loss, bool centred,
                                 const Workers& workers) {
  assert(ratings.size() > 0);
  RatingStatistics statistics;
  statistics.count = ratings.size();
  statistics.user_counts = count_user_ratings(ratings);
  statistics.item_counts = count_item_ratings(ratings, workers);
  const StoreDistribution distribution(ratings, workers);
  statistics.scale = with_loss(loss, [&]<class LossPolicy>() {
    return LossPolicy::scale(distribution, centred);
  });
  statistics.fingerprint = rating_fingerprint(ratings, workers.threads());
  statistics.baseline = fit_bias_baseline(ratings, loss, statistics.scale, workers);
  return statistics;
}

}  // namespace mfpar
