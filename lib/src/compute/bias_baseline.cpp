// SPDX-License-Identifier: MIT
#include "compute/bias_baseline.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "base/partition.hpp"
#include "loss/losses.hpp"

namespace mfpar {

namespace {

constexpr int kSweeps = 3;
constexpr double kUserRidge = 15.0;
constexpr double kItemRidge = 10.0;

/// Partitions of users that sum over items apart, so that adding up has one order: a number that
/// depends on the ratings alone, bounded so that the sums take at most a gigabyte.
std::size_t partition_count(ItemIndex items) {
  constexpr std::size_t kMaxSums = std::size_t{1} << 26;
  return std::clamp<std::size_t>(kMaxSums / std::max<std::size_t>(items, 1), 1, 16);
}

/// Sums over ratings of what a weighted mean is made of.
struct WeightedSum {
  double sum = 0.0;
  double weight = 0.0;
};

template <class LossPolicy>
BiasBaseline fit(const LossPolicy& policy, const RatingSource& ratings, const RatingScale& scale,
                 const Workers& workers) {
  const float mean = scale.best_constant;
  // A kink is rounded off over half a deviation; a rating's worth of penalty is a curvature.
  const double smoothing = 0.5 * scale.deviation;
  const double curvature =
      LossPolicy::kMaxCurvature > 0.0f ? LossPolicy::kMaxCurvature : 1.0 / scale.deviation;
  std::vector<float> user_biases(ratings.user_count());
  std::vector<float> item_biases(ratings.item_count());
  const auto add = [&](WeightedSum& sum, float rating, float own, float other) {
    const Majoriser parabola = policy.majorise(LossPolicy::score_target(scale.range)(rating),
                                               mean + own + other, smoothing);
    sum.sum += parabola.curvature * (static_cast<float>(parabola.vertex) - mean - other);
    sum.weight += parabola.curvature;
  };

  const auto partitions =
      balanced_boundaries(ratings.offsets(), partition_count(ratings.item_count()));
  std::vector<std::vector<WeightedSum>> sums(partitions.size() - 1,
                                             std::vector<WeightedSum>(ratings.item_count()));
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    // Each user's bias given the items', and at once what it leaves of the ratings for the items.
    workers.for_each(sums.size(), [&](std::size_t partition) {
      auto& item_sums = sums[partition];
      std::fill(item_sums.begin(), item_sums.end(), WeightedSum{});
      ratings.for_each_user(
          partitions[partition], partitions[partition + 1],
          [&](UserIndex user, const auto& entries, std::size_t begin, std::size_t end) {
            WeightedSum of_user;
            const float before = user_biases[user];
            entries.for_each(begin, end, [&](ItemIndex item, float rating) {
              add(of_user, rating, before, item_biases[item]);
            });
            const auto bias =
                static_cast<float>(of_user.sum / (of_user.weight + kUserRidge * curvature));
            user_biases[user] = bias;
            entries.for_each(begin, end, [&](ItemIndex item, float rating) {
              add(item_sums[item], rating, item_biases[item], bias);
            });
          });
    });
    for (ItemIndex item = 0; item < ratings.item_count(); ++item) {
      WeightedSum of_item;
      for (const auto& partition : sums) {
        of_item.sum += partition[item].sum;
        of_item.weight += partition[item].weight;
      }
      item_biases[item] =
          static_cast<float>(of_item.sum / (of_item.weight + kItemRidge * curvature));
    }
  }
  return {mean, FrozenArray<float>(std::move(user_biases)),
          FrozenArray<float>(std::move(item_biases))};
}

template <class LossPolicy>
double error_of(const LossPolicy& policy, const FactorModel& model, const RatingStore& ratings,
                const Workers& workers) {
  const BiasBaseline& baseline = model.parts().baseline;
  const RatingRange range = model.range();
  const TargetScale target = LossPolicy::score_target(range);
  const auto shards = ratings.shard_boundaries();
  if (shards.size() < 2) return 0.0;
  std::vector<double> sums(shards.size() - 1);
  workers.for_each(sums.size(), [&](std::size_t shard) {
    double sum = 0.0;
    for (UserIndex user = shards[shard]; user < shards[shard + 1]; ++user) {
      const float of_user = baseline.mean + baseline.user_biases[user];
      ratings.for_each(ratings.offsets()[user], ratings.offsets()[user + 1],
                       [&](ItemIndex item, float rating) {
                         sum += prediction_error(policy, target(rating),
                                                 of_user + baseline.item_biases[item], range);
                       });
    }
    sums[shard] = sum;
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

}  // namespace

BiasBaseline fit_bias_baseline(const RatingSource& ratings, LossChoice loss,
                               const RatingScale& scale, const Workers& workers) {
  return with_loss(loss.loss, [&]<class LossPolicy>() {
    return fit(policy_of<LossPolicy>(loss.delta), ratings, scale, workers);
  });
}

double baseline_error(const FactorModel& model, const RatingStore& ratings,
                      const Workers& workers) {
  return with_loss(model.loss(), [&]<class LossPolicy>() {
    return error_of(policy_of<LossPolicy>(model.loss_choice().delta), model, ratings, workers);
  });
}

}  // namespace mfpar
