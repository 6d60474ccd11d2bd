// SPDX-License-Identifier: MIT
#include "compute/rating_statistics.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "base/partition.hpp"
#include "compute/bias_baseline.hpp"
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

/// Calls visit(value, count) for the values of ratings [begin, end); a value may come several
/// times.
template <class Visit>
void for_each_value(const RatingStore& ratings, std::uint64_t begin, std::uint64_t end,
                    const Visit& visit) {
  ratings.visit([&](const auto& entries) { entries.for_each_value(begin, end, visit); });
}

/// The distribution of a store's ratings: moments at once, the rest when it is asked for.
class StoreDistribution final : public RatingDistribution {
 public:
  StoreDistribution(const RatingStore& ratings, const Workers& workers) : ratings_(ratings) {
    const auto shards = ratings.shard_boundaries();
    std::vector<Moments> parts(shards.size() - 1);
    workers.for_each(parts.size(), [&](std::size_t shard) {
      for_each_value(ratings, ratings.offsets()[shards[shard]],
                     ratings.offsets()[shards[shard + 1]], [&](float value, std::uint64_t count) {
                       parts[shard].add(value, static_cast<double>(count));
                     });
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
    const auto values = sorted_values();
    std::uint64_t up_to = 0;
    const auto middle = std::ranges::find_if(values, [&](const auto& value) {
      up_to += value.second;
      return 2 * up_to >= ratings_.size();
    });
    return middle->first;
  }

  // Newton's steps from the median: what is within delta moves it all, the rest pulls with delta.
  double location(double delta) const override {
    constexpr int kMostNewtonSteps = 50;
    const auto values = sorted_values();
    double at = median();
    for (int step = 0; step < kMostNewtonSteps; ++step) {
      double pull = 0.0, within = 0.0;
      for (const auto& [value, count] : values) {
        const double residual = double{value} - at;
        pull += static_cast<double>(count) * std::clamp(residual, -delta, delta);
        if (std::abs(residual) <= delta) within += static_cast<double>(count);
      }
      const double move = std::clamp(pull / std::max(within, 1.0), -delta, delta);
      at += move;
      if (std::abs(move) < 1e-9 * delta) break;
    }
    return at;
  }

  bool is_two_valued() const override {
    bool between = false;
    visit([&](float value, std::uint64_t) {
      between |= value != all_.lowest && value != all_.highest;
    });
    return !between && all_.lowest != all_.highest;
  }

 private:
  std::vector<std::pair<float, std::uint64_t>> sorted_values() const {
    std::vector<std::pair<float, std::uint64_t>> values;
    visit([&](float value, std::uint64_t count) { values.emplace_back(value, count); });
    std::ranges::sort(values);
    return values;
  }

  template <class Visit>
  void visit(const Visit& body) const {
    for_each_value(ratings_, 0, ratings_.size(), body);
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

std::vector<std::uint32_t> count_item_ratings(const RatingStore& ratings, const Workers& workers) {
  const std::uint32_t items = ratings.item_count();
  // Each partition counts for itself: adding to shared counters costs several times as much.
  const auto partitions =
      balanced_boundaries(ratings.offsets(), static_cast<std::size_t>(workers.threads()));
  std::vector<std::vector<std::uint32_t>> counts(std::max<std::size_t>(partitions.size(), 2) - 1);
  workers.for_each(counts.size(), [&](std::size_t partition) {
    counts[partition].resize(items);
    if (partition + 1 >= partitions.size()) return;
    ratings.for_each(ratings.offsets()[partitions[partition]],
                     ratings.offsets()[partitions[partition + 1]],
                     [&](ItemIndex item, float) { ++counts[partition][item]; });
  });
  for (std::size_t partition = 1; partition < counts.size(); ++partition) {
    std::ranges::transform(counts[partition], counts[0], counts[0].begin(), std::plus());
  }
  return std::move(counts[0]);
}

}  // namespace

RatingStatistics count_ratings(const RatingStore& ratings, const Workers& workers) {
  RatingStatistics statistics;
  statistics.count = ratings.size();
  statistics.user_counts = count_user_ratings(ratings);
  statistics.item_counts = count_item_ratings(ratings, workers);
  statistics.fingerprint = rating_fingerprint(ratings, workers.threads());
  return statistics;
}

RatingStatistics measure_ratings(const RatingStore& ratings, LossChoice loss, bool centred,
                                 const Workers& workers) {
  assert(ratings.size() > 0);
  RatingStatistics statistics = count_ratings(ratings, workers);
  const StoreDistribution distribution(ratings, workers);
  statistics.scale = with_loss(loss.loss, [&]<class LossPolicy>() {
    return policy_of<LossPolicy>(loss.delta).scale(distribution, centred);
  });
  statistics.baseline = fit_bias_baseline(ratings, loss, statistics.scale, workers);
  return statistics;
}

}  // namespace mfpar
