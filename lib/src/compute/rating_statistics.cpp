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
#include "compute/fingerprint.hpp"
#include "loss/losses.hpp"

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

/// How often each code of a compact source occurs.
using CodeCounts = std::array<std::uint64_t, RatingStore::kMaxValues>;

/// Calls visit(value) for the ratings of users [first, last) of a wide source, in order.
template <class Visit>
void for_each_wide(const RatingSource& ratings, UserIndex first, UserIndex last,
                   const Visit& visit) {
  ratings.for_each_piece(first, last, [&](const RatingSource::Piece& piece) {
    for (const RatingStore::WideEntry& entry : piece.wide) visit(entry.value);
  });
}

/// The distribution of ratings: moments at once, the rest when it is asked for.
class SourceDistribution final : public RatingDistribution {
 public:
  SourceDistribution(const RatingSource& ratings, const Workers& workers) : ratings_(ratings) {
    const auto shards = ratings.shard_boundaries();
    std::vector<Moments> parts(shards.size() - 1);
    std::vector<CodeCounts> counts(ratings.is_compact() ? parts.size() : 0);
    workers.for_each(parts.size(), [&](std::size_t shard) {
      const UserIndex first = shards[shard], last = shards[shard + 1];
      if (!ratings.is_compact()) {
        return for_each_wide(ratings, first, last,
                             [&](float value) { parts[shard].add(value, 1.0); });
      }
      CodeCounts& of_shard = counts[shard];
      of_shard.fill(0);
      ratings.for_each_piece(first, last, [&](const RatingSource::Piece& piece) {
        for (const auto entry : piece.compact) ++of_shard[RatingStore::code_of(entry)];
      });
      for (std::size_t code = 0; code < ratings.values().size(); ++code) {
        const auto times = static_cast<double>(of_shard[code]);
        if (times > 0.0) parts[shard].add(ratings.values()[code], times);
      }
    });
    for (const Moments& part : parts) all_.add(part);
    for (const CodeCounts& part : counts) {
      std::ranges::transform(part, counts_, counts_.begin(), std::plus());
    }
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

  /// Calls body(value, count); a value may come several times.
  template <class Body>
  void visit(const Body& body) const {
    if (!ratings_.is_compact()) {
      return for_each_wide(ratings_, 0, ratings_.user_count(),
                           [&](float value) { body(value, std::uint64_t{1}); });
    }
    for (std::size_t code = 0; code < ratings_.values().size(); ++code) {
      if (counts_[code] > 0) body(ratings_.values()[code], counts_[code]);
    }
  }

  const RatingSource& ratings_;
  Moments all_;
  CodeCounts counts_{};  ///< of a compact source
};

std::vector<std::uint32_t> count_item_ratings(const RatingSource& ratings, const Workers& workers) {
  const std::uint32_t items = ratings.item_count();
  // Each partition counts for itself: adding to shared counters costs several times as much.
  const auto partitions =
      balanced_boundaries(ratings.offsets(), static_cast<std::size_t>(workers.threads()));
  std::vector<std::vector<std::uint32_t>> counts(std::max<std::size_t>(partitions.size(), 2) - 1);
  workers.for_each(counts.size(), [&](std::size_t partition) {
    counts[partition].resize(items);
    if (partition + 1 >= partitions.size()) return;
    ratings.for_each_piece(partitions[partition], partitions[partition + 1],
                           [&](const RatingSource::Piece& piece) {
                             for (const auto& entry : piece.compact)
                               ++counts[partition][RatingStore::item_of(entry)];
                             for (const auto& entry : piece.wide)
                               ++counts[partition][RatingStore::item_of(entry)];
                           });
  });
  for (std::size_t partition = 1; partition < counts.size(); ++partition) {
    std::ranges::transform(counts[partition], counts[0], counts[0].begin(), std::plus());
  }
  return std::move(counts[0]);
}

}  // namespace

std::vector<std::uint32_t> user_counts_of(const RatingSource& ratings) {
  std::vector<std::uint32_t> counts(ratings.user_count());
  const auto offsets = ratings.offsets();
  for (std::size_t user = 0; user < counts.size(); ++user) {
    counts[user] = static_cast<std::uint32_t>(offsets[user + 1] - offsets[user]);
  }
  return counts;
}

RatingStatistics count_ratings(const RatingSource& ratings, const Workers& workers) {
  RatingStatistics statistics;
  statistics.count = ratings.size();
  statistics.user_counts = user_counts_of(ratings);
  statistics.item_counts = count_item_ratings(ratings, workers);
  statistics.fingerprint = rating_fingerprint(ratings, workers);
  return statistics;
}

RatingStatistics measure_ratings(const RatingSource& ratings, LossChoice loss, bool centred,
                                 const Workers& workers) {
  assert(ratings.size() > 0);
  RatingStatistics statistics = count_ratings(ratings, workers);
  const SourceDistribution distribution(ratings, workers);
  statistics.scale = with_loss(loss.loss, [&]<class LossPolicy>() {
    return policy_of<LossPolicy>(loss.delta).scale(distribution, centred);
  });
  statistics.baseline = fit_bias_baseline(ratings, loss, statistics.scale, workers);
  return statistics;
}

RatingStatistics count_ratings(const RatingStore& ratings, const Workers& workers) {
  return count_ratings(StoreSource(ratings), workers);
}

RatingStatistics measure_ratings(const RatingStore& ratings, LossChoice loss, bool centred,
                                 const Workers& workers) {
  return measure_ratings(StoreSource(ratings), loss, centred, workers);
}

}  // namespace mfpar
