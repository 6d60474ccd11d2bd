// SPDX-License-Identifier: MIT
#include "train/rows_by_features.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iterator>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/partition.hpp"
#include "compute/feature_regression.hpp"
#include "compute/model_errors.hpp"
#include "compute/normal_equations.hpp"
#include "compute/positives.hpp"

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

/// Popular rows score higher than their features say. A row without ratings may be one that nobody
/// chose, or one that is new: it gets so much of that surplus, as a rating sees it. Of MovieLens
/// latest-small, Gibbs sampling: all ratings of a random tenth of the items have an MSE of .888
/// (mean of four tenths) by none of it, .846 by a half, .832 by all; random folds have .6319, .6329
/// and .6348.
constexpr double kShareOfSurplus = 0.5;

/// How often rows are fitted anew. Of a fold of MovieLens latest-small the MSE was .7107 without,
/// .6958 after one round, .6895 after two; of MovieTweetings 2.308, 2.263, 2.257.
constexpr int kRounds = 2;

/// What the factors are charged, in charges of training, which stops before its minimum. By half as
/// much the MSE was .692 where it is .681 (another fold), and 2.278 for 2.257; by twice as much
/// .683 and 2.255.
constexpr double kFactorCharge = 2.0;

/// Of a training without penalties.
constexpr double kLeastPenalty = 1e-6;

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

/// One side of a model, whose rows are changed. What is expected of a row has as many numbers as a
/// bias and factors; regressions are of kColumns of them at a time, to hold few of them.
class SideFit {
 public:
  /// Looks at the parts, which stay as they are until give_rows().
  SideFit(const FactorModel::Parts& parts, Entity entity, const Features& features,
          std::span<const std::uint32_t> counts, const Workers& workers);

  /// Whether there are rows enough to learn from.
  bool is_possible() const noexcept { return rated_ >= kFewRows; }

  /// Finds what features make likely.
  void expect();

  /// Fits the rows that have ratings anew. REQUIRES: expect() was called before.
  void fit(const Positives& ratings);

  /// Gives rows that have features and no ratings what is expected of them. REQUIRES: expect() was
  /// called before.
  void fill_unrated(const Positives& ratings);

  void give_rows(FactorModel::Parts& parts) &&;

 private:
  /// How much higher rows score than is expected of them, on average over all ratings.
  double mean_surplus(const Positives& ratings) const;

  /// The numbers [columns.begin, columns.end) of every row.
  std::vector<double> targets(Range columns) const;

  /// The penalty by which rows that are left out are predicted best.
  double best_penalty() const;

  /// Calls body(columns) for all numbers of a row, some at a time.
  template <class Body>
  void for_columns(const Body& body) const {
    constexpr std::size_t kColumns = 16;
    for (std::size_t first = 0; first < width_; first += kColumns) {
      body(Range{first, std::min(first + kColumns, width_)});
    }
  }

  const FactorModel::Parts& parts_;
  const FactorModel::Side& others_;
  const Features& features_;
  std::span<const std::uint32_t> counts_;
  const Workers& workers_;
  std::size_t width_;
  std::size_t rated_;
  std::vector<double> weights_;
  double penalty_ = 0.0;         ///< 0 until it is chosen
  std::vector<float> expected_;  ///< rows x width
  std::shared_ptr<AlignedBuffer<float>> factors_;
  std::vector<float> biases_;
};

SideFit::SideFit(const FactorModel::Parts& parts, Entity entity, const Features& features,
                 std::span<const std::uint32_t> counts, const Workers& workers)
    : parts_(parts),
      others_(parts.side(other(entity))),
      features_(features),
      counts_(counts),
      workers_(workers),
      width_(parts.rank + std::size_t{1}),
      rated_(counts.size() - static_cast<std::size_t>(std::ranges::count(counts, 0u))),
      weights_(counts.begin(), counts.end()),
      expected_(counts.size() * width_),
      factors_(std::make_shared<AlignedBuffer<float>>(parts.side(entity).factors.size())),
      biases_(parts.side(entity).biases.begin(), parts.side(entity).biases.end()) {
  for (double& n : weights_) n /= 1.0 + n / kEnoughRatings;
  std::ranges::copy(parts.side(entity).factors, factors_->begin());
}

std::vector<double> SideFit::targets(Range columns) const {
  std::vector<double> targets;
  targets.reserve(counts_.size() * columns.size());
  for (std::size_t row = 0; row < counts_.size(); ++row) {
    const float* const factors = factors_->data() + row * parts_.stride;
    for (std::size_t c = columns.begin; c < columns.end; ++c) {
      targets.push_back(c == 0 ? biases_[row] : factors[c - 1]);
    }
  }
  return targets;
}

double SideFit::best_penalty() const {
  const double mean_weight =
      std::accumulate(weights_.begin(), weights_.end(), 0.0) / static_cast<double>(rated_);
  const std::vector<double> costs = costs_of(parts_, others_);
  std::array<double, std::size(kPenalties)> errors{};
  for_columns([&](Range columns) {
    const std::size_t width = columns.size();
    const std::vector<double> targets = this->targets(columns);
    std::vector<double> expected(width);
    for (std::size_t part = 0; part < kParts; ++part) {
      std::vector<double> kept = weights_;
      for (std::size_t row = part; row < kept.size(); row += kParts) kept[row] = 0.0;
      FeatureRegression regression(features_, kept, targets, width, workers_);
      for (std::size_t p = 0; p < errors.size(); ++p) {
        regression.fit(kPenalties[p] * mean_weight, kRough);
        for (std::size_t row = part; row < kept.size(); row += kParts) {
          if (weights_[row] == 0.0) continue;
          regression.predict(row, expected);
          for (std::size_t c = 0; c < width; ++c) {
            const double difference = targets[row * width + c] - expected[c];
            errors[p] += weights_[row] * costs[columns.begin + c] * difference * difference;
          }
        }
      }
    }
  });
  const auto best = std::min_element(errors.begin(), errors.end()) - errors.begin();
  return kPenalties[best] * mean_weight;
}

void SideFit::expect() {
  if (penalty_ == 0.0) penalty_ = best_penalty();
  for_columns([&](Range columns) {
    const std::vector<double> targets = this->targets(columns);
    FeatureRegression regression(features_, weights_, targets, columns.size(), workers_);
    regression.fit(penalty_, kExact);
    std::vector<double> expected(columns.size());
    for (std::size_t row = 0; row < counts_.size(); ++row) {
      regression.predict(row, expected);
      std::ranges::transform(expected, &expected_[row * width_ + columns.begin],
                             [](double x) { return static_cast<float>(x); });
    }
  });
}

double SideFit::mean_surplus(const Positives& ratings) const {
  double sum = 0.0;
  std::vector<double> surplus(parts_.rank);
  for (std::uint32_t row = 0; row < counts_.size(); ++row) {
    const float* const expected = &expected_[row * width_];
    const float* const factors = factors_->data() + row * parts_.stride;
    std::transform(factors, factors + parts_.rank, expected + 1, surplus.begin(), std::minus());
    sum += counts_[row] * double{biases_[row] - expected[0]};
    for (const std::uint32_t index : ratings.of(row)) {
      const float* const q = others_.factors.data() + index * parts_.stride;
      sum += std::inner_product(surplus.begin(), surplus.end(), q, 0.0);
    }
  }
  return sum / static_cast<double>(ratings.size());
}

void SideFit::fill_unrated(const Positives& ratings) {
  const double shift = kShareOfSurplus * mean_surplus(ratings);
  for (std::size_t row = 0; row < counts_.size(); ++row) {
    if (counts_[row] > 0 || features_.offsets[row] == features_.offsets[row + 1]) continue;
    const float* const expected = &expected_[row * width_];
    if (parts_.biases) biases_[row] = static_cast<float>(expected[0] + shift);
    std::copy_n(expected + 1, parts_.rank, factors_->data() + row * parts_.stride);
  }
}

void SideFit::fit(const Positives& ratings) {
  const FixedRows fixed{.factors = others_.factors.data(),
                        .stride = parts_.stride,
                        .rank = parts_.rank,
                        .has_bias = parts_.biases};
  constexpr std::size_t kPartitions = 256;
  workers_.for_each(kPartitions, [&](std::size_t partition) {
    NormalEquations equations(fixed);
    std::vector<double> errors;
    const Range rows = even_range(counts_.size(), kPartitions, partition);
    for (std::size_t row = rows.begin; row < rows.end; ++row) {
      if (counts_[row] == 0) continue;
      const float* const expected = &expected_[row * width_];
      const std::span<const std::uint32_t> indices = ratings.of(static_cast<std::uint32_t>(row));
      errors.clear();
      for (std::size_t s = 0; s < indices.size(); ++s) {
        const float* const q = fixed.row(indices[s]);
        const double likely =
            std::inner_product(q, q + parts_.rank, expected + 1,
                               double{parts_.mean} + others_.biases[indices[s]] + expected[0]);
        errors.push_back(ratings.confidence(ratings.offsets[row] + s) - likely);
      }
      const double share =
          std::pow(static_cast<double>(indices.size()), 1.0 - double{parts_.fold_in.exponent});
      RidgePenalty penalty{std::max(kFactorCharge * parts_.fold_in.factors * share, kLeastPenalty),
                           std::max(parts_.fold_in.bias * share, kLeastPenalty)};
      equations.start(indices);
      const Eigen::VectorXd& step = equations.solve(errors, {}, penalty);
      float* const factors = factors_->data() + row * parts_.stride;
      for (std::size_t f = 0; f < parts_.rank; ++f) {
        factors[f] = static_cast<float>(expected[f + 1] + step[static_cast<Eigen::Index>(f)]);
      }
      if (parts_.biases) biases_[row] = static_cast<float>(expected[0] + step[parts_.rank]);
    }
  });
}

void SideFit::give_rows(FactorModel::Parts& parts) && {
  const std::span<const float> view(factors_->data(), factors_->size());
  FactorModel::Side& side = parts.side(&others_ == &parts.users ? Entity::kItem : Entity::kUser);
  side.factors = FrozenArray<float>(std::move(factors_), view);
  side.biases = FrozenArray<float>(std::move(biases_));
}

/// The ratings of each row of a side, as confidences.
Positives ratings_of(Entity entity, const RatingStore& ratings, const Workers& workers) {
  Positives by_user = positives_by_user(
      ratings, {}, [](float rating) { return rating; }, workers);
  return entity == Entity::kUser ? std::move(by_user) : transposed(by_user, ratings.item_count());
}

/// The model; `refits`: rows that have ratings are fitted anew.
FactorModel by_features(const FactorModel& model, const TrainHooks& hooks,
                        const RatingStore& ratings, const RatingStatistics& statistics, bool refits,
                        const Workers& workers) {
  FactorModel::Parts parts = model.parts();
  for (const Entity entity : {Entity::kItem, Entity::kUser}) {
    const bool of_users = entity == Entity::kUser;
    const Features* const features = of_users ? hooks.user_features : hooks.item_features;
    if (features == nullptr) continue;
    SideFit side(parts, entity, *features,
                 of_users ? statistics.user_counts : statistics.item_counts, workers);
    if (!side.is_possible()) continue;
    side.expect();
    const Positives by_row = ratings_of(entity, ratings, workers);
    for (int round = 0; refits && round < kRounds; ++round) {
      side.fit(by_row);
      side.expect();
    }
    side.fill_unrated(by_row);
    std::move(side).give_rows(parts);
  }
  return FactorModel(std::move(parts));
}

}  // namespace

RowsByFeatures rows_by_features(const FactorModel& model, bool fit_rated, const TrainHooks& hooks,
                                const RatingStore& ratings, const RatingStore& validation,
                                const RatingStatistics& statistics, const KernelSet& kernels,
                                const Workers& workers) {
  const auto error = [&](const FactorModel& of) {
    if (validation.size() == 0) return EpochReport::kNotComputed;
    return model_errors(of, validation, kernels, workers).clipped_error /
           static_cast<double>(validation.size());
  };
  if (fit_rated && model.loss() == Loss::kSquared) {
    RowsByFeatures all{by_features(model, hooks, ratings, statistics, true, workers)};
    all.valid_error = error(all.model);
    const bool is_worse = all.valid_error > error(model);
    if (!is_worse) return all;
  }
  RowsByFeatures unrated{by_features(model, hooks, ratings, statistics, false, workers)};
  unrated.valid_error = error(unrated.model);
  return unrated;
}

}  // namespace mfpar
