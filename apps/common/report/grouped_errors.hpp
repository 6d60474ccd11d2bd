// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/report/value_bins.hpp"
#include "mfpar/epoch_report.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/rating_table.hpp"

namespace mfpar::apps {

/// A mean of numbers that come one by one.
struct RunningMean {
  std::uint64_t count = 0;
  double sum = 0.0;
  double squares = 0.0;

  void add(double x) {
    ++count;
    sum += x;
    squares += x * x;
  }
  double mean() const {
    return count > 0 ? sum / static_cast<double>(count) : EpochReport::kNotComputed;
  }
  /// What the mean is off by chance; NaN of fewer than two.
  double standard_error() const {
    if (count < 2) return EpochReport::kNotComputed;
    const auto n = static_cast<double>(count);
    return std::sqrt(std::max(0.0, squares / n - mean() * mean()) / (n - 1.0));
  }
};

/// How numbers of a known range lie, to a 400th of it.
class Spread {
 public:
  Spread(double low, double high) : low_(low), width_((high - low) / kBins), counts_(kBins) {}

  void add(double x);
  /// Below it lies this share of them. NaN where there are none.
  double quantile(double share) const;
  std::uint64_t count() const { return count_; }

 private:
  static constexpr std::size_t kBins = 400;

  double low_, width_;
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
};

/// How the predictions of a model for some ratings are, all and in groups, in the metric of the
/// model's loss. What ratings are is not kept: the groups take the same memory for any number.
struct GroupedErrors {
  /// The mean loss of the model, and without factors.
  struct Group {
    RunningMean model;
    RunningMean biases;
  };
  struct Predicted {
    RunningMean prediction;
    RunningMean rating;  ///< of labels: 1 for the higher one
  };
  struct Value {
    RunningMean prediction;
    /// Of rating less prediction; of labels, of the prediction.
    Spread spread;
  };
  struct Coverage {
    double nominal = 0.0;
    double width = 0.0;  ///< of the interval, beside that of 90 %
    std::uint64_t within = 0;
  };
  /// By the number of training ratings: 0, 1, 2 to 3, 4 to 7, ...
  using ByCount = std::array<Group, 34>;

  static std::size_t count_group(std::uint64_t ratings);
  /// The lowest count of a group.
  static std::uint64_t least_count(std::size_t group) {
    return group == 0 ? 0 : 1ull << (group - 1);
  }

  /// Ratings of each group of `bins`.
  std::vector<std::uint64_t> value_counts() const {
    std::vector<std::uint64_t> counts;
    for (const Value& value : by_value) counts.push_back(value.spread.count());
    return counts;
  }

  bool labels = false;  ///< predictions are probabilities, or margins
  bool margins = false;
  bool has_counts = false;  ///< the model says what it was trained on
  bool has_baseline = false;
  ValueBins bins;
  Group all;
  RunningMean mean_alone;
  ByCount by_user;
  ByCount by_item;
  std::vector<Predicted> calibration;  ///< by prediction, in ranges of equal width
  std::vector<Value> by_value;         ///< of `bins`
  std::vector<Coverage> coverage;      ///< none where the model knows no intervals
};

/// Predicts every rating, matched by id. REQUIRES: a model of ratings; with labels, ratings that
/// are of its labels.
GroupedErrors grouped_errors(const FactorModel& model, const RatingTable& ratings);
GroupedErrors grouped_errors(const FactorModel& model, const RatingStore& ratings);

}  // namespace mfpar::apps
