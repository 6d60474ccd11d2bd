// SPDX-License-Identifier: MIT
#include "compute/bias_baseline.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "base/partition.hpp"

namespace mfpar {

namespace {

constexpr int kSweeps = 3;
constexpr double kUserRidge = 15.0;
constexpr double kItemRidge = 10.0;

/// Pieces of users that sum over items apart, so that adding up has one order: a number that
/// depends on the ratings alone, bounded so that the sums take at most half a gigabyte.
std::size_t piece_count(ItemIndex items) {
  constexpr std::size_t kMostSums = std::size_t{1} << 26;
  return std::clamp<std::size_t>(kMostSums / std::max<std::size_t>(items, 1), 1, 16);
}

}  // namespace

BiasBaseline fit_bias_baseline(const RatingStore& ratings, float mean,
                               std::span<const std::uint32_t> item_counts, const Workers& workers) {
  std::vector<float> user_biases(ratings.user_count());
  std::vector<float> item_biases(ratings.item_count());

  const auto pieces = balanced_boundaries(ratings.offsets(), piece_count(ratings.item_count()));
  std::vector<std::vector<double>> sums(pieces.size() - 1,
                                        std::vector<double>(ratings.item_count()));
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    // Each user's bias given the items', and at once what it leaves of the ratings for the items.
    workers.for_each(sums.size(), [&](std::size_t piece) {
      auto& item_sums = sums[piece];
      std::fill(item_sums.begin(), item_sums.end(), 0.0);
      for (std::uint32_t user = pieces[piece]; user < pieces[piece + 1]; ++user) {
        const std::uint64_t begin = ratings.offsets()[user];
        const std::uint64_t end = ratings.offsets()[user + 1];
        double sum = 0.0;
        ratings.for_each(begin, end, [&](ItemIndex item, float value) {
          sum += value - mean - item_biases[item];
        });
        const auto bias = static_cast<float>(sum / (static_cast<double>(end - begin) + kUserRidge));
        user_biases[user] = bias;
        ratings.for_each(begin, end, [&](ItemIndex item, float value) {
          item_sums[item] += value - mean - bias;
        });
      }
    });
    for (ItemIndex item = 0; item < ratings.item_count(); ++item) {
      double sum = 0.0;
      for (const auto& piece : sums) sum += piece[item];
      item_biases[item] = static_cast<float>(sum / (item_counts[item] + kItemRidge));
    }
  }
  return {mean, FrozenArray<float>(std::move(user_biases)),
          FrozenArray<float>(std::move(item_biases))};
}

double baseline_error(const FactorModel& model, const RatingStore& ratings,
                      const Workers& workers) {
  const BiasBaseline& baseline = model.parts().baseline;
  const RatingRange range = model.range();
  const auto shards = ratings.shard_boundaries();
  if (shards.size() < 2) return 0.0;
  std::vector<double> sums(shards.size() - 1);
  workers.for_each(sums.size(), [&](std::size_t shard) {
    double sum = 0.0;
    for (UserIndex user = shards[shard]; user < shards[shard + 1]; ++user) {
      const float of_user = baseline.mean + baseline.user_biases[user];
      ratings.for_each(ratings.offsets()[user], ratings.offsets()[user + 1],
                       [&](ItemIndex item, float value) {
                         const double e = value - std::clamp(of_user + baseline.item_biases[item],
                                                             range.lowest, range.highest);
                         sum += e * e;
                       });
    }
    sums[shard] = sum;
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

}  // namespace mfpar
