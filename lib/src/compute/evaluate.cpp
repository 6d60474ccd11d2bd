// SPDX-License-Identifier: MIT
#include "mfpar/evaluate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/parallel.hpp"
#include "base/partition.hpp"
#include "compute/fingerprint.hpp"
#include "compute/ordinal_cutpoints.hpp"
#include "loss/losses.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"
#include "store/rating_table_impl.hpp"

namespace mfpar {

namespace {

/// Whether a user and an item are known, as a number from 0 to 3.
constexpr std::size_t kKinds = 4;
std::size_t kind_of(bool user_known, bool item_known) { return 2u * user_known + item_known; }

/// Errors of some ratings; with labels, their predictions too.
struct ErrorSums {
  std::uint64_t count = 0;
  double squares = 0.0;
  double absolutes = 0.0;
  double losses = 0.0;        ///< of the model's loss
  double value_losses = 0.0;  ///< of an ordinal link
  std::uint64_t within = 0;   ///< of 90 % intervals
  double deviations = 0.0;
  std::uint64_t valued = 0;                  ///< ratings that have a value of an ordinal link
  std::uint64_t right = 0;                   ///< labels that were more probable than not
  std::array<std::vector<float>, 2> scores;  ///< of the lower and the higher label

  void add(const ErrorSums& other) {
    count += other.count;
    squares += other.squares;
    absolutes += other.absolutes;
    losses += other.losses;
    value_losses += other.value_losses;
    within += other.within;
    deviations += other.deviations;
    valued += other.valued;
    right += other.right;
    for (std::size_t label = 0; label < scores.size(); ++label) {
      scores[label].insert(scores[label].end(), other.scores[label].begin(),
                           other.scores[label].end());
    }
  }
};

/// See ErrorSummary::auc; by ranks, as Mann and Whitney's U (1947). Sorts the scores.
double area_under_curve(std::vector<float>& lower, std::vector<float>& higher) {
  if (lower.empty() || higher.empty()) return EpochReport::kNotComputed;
  std::ranges::sort(lower);
  double wins = 0.0;  // of the higher label, ties counting half
  for (const float score : higher) {
    const auto [below, up_to] = std::equal_range(lower.begin(), lower.end(), score);
    wins += static_cast<double>(below - lower.begin()) + 0.5 * static_cast<double>(up_to - below);
  }
  return wins / (static_cast<double>(lower.size()) * static_cast<double>(higher.size()));
}

ErrorSummary summary_of(ErrorSums sums, const LossInfo& loss, bool intervals) {
  ErrorSummary summary{.count = sums.count};
  if (sums.count == 0) return summary;
  const auto n = static_cast<double>(sums.count);
  summary.mean_loss = sums.losses / n;
  if (loss.takes_labels) {
    if (loss.predicts_probability) summary.log_loss = summary.mean_loss;
    summary.accuracy = static_cast<double>(sums.right) / n;
    summary.auc = area_under_curve(sums.scores[0], sums.scores[1]);
  } else {
    summary.mse = sums.squares / n;
    summary.mae = sums.absolutes / n;
    if (sums.valued > 0) summary.log_loss = sums.value_losses / static_cast<double>(sums.valued);
  }
  if (intervals) {
    summary.interval_coverage = static_cast<double>(sums.within) / n;
    summary.mean_sd = sums.deviations / n;
  }
  return summary;
}

void add_interval(ErrorSums& sums, float rating, const RatingInterval& interval) {
  sums.within += interval.p5 <= rating && rating <= interval.p95;
  sums.deviations += double{interval.sd};
}

/// Adds what the probability of a rating's value costs, of a model with an ordinal link.
void add_value_loss(const OrdinalLink& link, std::span<const float> cutpoints, float rating,
                    float score, float deviation, ErrorSums& sums) {
  constexpr double kLeast = 1e-12;
  const std::size_t position = value_position(link.values.span(), rating);
  if (position == link.values.size()) return;
  std::array<float, kMaxOrdinalValues> probabilities;
  ordinal_probabilities(cutpoints, score, deviation,
                        std::span(probabilities).first(link.values.size()));
  sums.value_losses -= std::log(std::max(double{probabilities[position]}, kLeast));
  ++sums.valued;
}

struct PartitionSums {
  std::array<ErrorSums, kKinds> by_kind;
  double mean_losses = 0.0;
  double bias_losses = 0.0;
  std::uint64_t trained_on = 0;

  void add(const PartitionSums& other) {
    for (std::size_t kind = 0; kind < kKinds; ++kind) by_kind[kind].add(other.by_kind[kind]);
    mean_losses += other.mean_losses;
    bias_losses += other.bias_losses;
    trained_on += other.trained_on;
  }
};

/// The model's index of every id of the ratings, or kNoIndex.
std::vector<std::uint32_t> matched(const IdDictionary& ids, const IdDictionary& model_ids,
                                   const Workers& workers) {
  constexpr std::size_t kParts = 64;
  std::vector<std::uint32_t> indices(ids.size());
  workers.for_each(kParts, [&](std::size_t part) {
    const Range range = even_range(indices.size(), kParts, part);
    for (std::size_t i = range.begin; i < range.end; ++i) {
      indices[i] = model_ids.find(ids.id(static_cast<std::uint32_t>(i)));
    }
  });
  return indices;
}

/// Which items the model was trained on: all, when it does not know what it was trained on.
std::vector<char> trained_items(const FactorModel& model) {
  const ItemLists& lists = model.parts().trained;
  std::vector<char> trained(model.item_count(), lists.offsets.empty());
  for (const ItemIndex item : lists.items) trained[item] = 1;
  return trained;
}

[[noreturn]] void refuse_label(float rating, RatingRange labels, std::uint64_t position) {
  throw Error(ErrorCode::kBadData,
              "rating " + std::to_string(position + 1) + " is " + shortest_decimal(rating) +
                  "; the model was trained on the labels " + shortest_decimal(labels.lowest) +
                  " and " + shortest_decimal(labels.highest) + " and can be judged on these only");
}

/// Takes the errors of a model of a loss, rating by rating.
template <class LossPolicy>
class ErrorMeter {
 public:
  explicit ErrorMeter(const FactorModel& model)
      : policy_(policy_of<LossPolicy>(model.loss_choice().delta)),
        baseline_(model.parts().baseline),
        range_(model.range()) {}

  void add(PartitionSums& partition, std::size_t kind, float rating, float score, float prediction,
           std::uint64_t position) const {
    ErrorSums& sums = partition.by_kind[kind];
    ++sums.count;
    if constexpr (LossPolicy::kInfo.takes_labels) {
      if (rating != range_.lowest && rating != range_.highest) {
        refuse_label(rating, range_, position);
      }
      const bool higher = rating == range_.highest;
      sums.losses += prediction_error(policy_, target_of(rating), score, range_);
      const float middle = LossPolicy::kInfo.predicts_probability ? 0.5f : 0.0f;
      sums.right += higher == (prediction >= middle);
      sums.scores[higher].push_back(score);
    } else {
      const double error = double{rating} - prediction;
      sums.squares += error * error;
      sums.absolutes += std::abs(error);
      sums.losses += policy_.template error<double>(rating, error);
    }
  }

  bool has_baseline() const { return !baseline_.user_biases.empty(); }

  void add_baseline(PartitionSums& partition, float rating, UserIndex user, ItemIndex item) const {
    const float target = target_of(rating);
    const float biases = (user == kNoIndex ? 0.0f : baseline_.user_biases[user]) +
                         (item == kNoIndex ? 0.0f : baseline_.item_biases[item]);
    partition.mean_losses += prediction_error(policy_, target, baseline_.mean, range_);
    partition.bias_losses += prediction_error(policy_, target, baseline_.mean + biases, range_);
  }

 private:
  float target_of(float rating) const { return LossPolicy::score_target(range_)(rating); }

  const LossPolicy policy_;
  const BiasBaseline& baseline_;
  RatingRange range_;
};

}  // namespace

double ErrorSummary::rmse() const { return std::sqrt(mse); }

Evaluation evaluate(const FactorModel& model, const RatingTable& ratings, int threads,
                    std::vector<float>* predictions) {
  if (model.feedback() == Feedback::kOneClass) {
    throw Error(ErrorCode::kBadOption,
                "a model of one-class feedback predicts no ratings that could be evaluated; how "
                "good its lists are is what RankingMeasures and mf-eval --ranking tell");
  }
  const Workers workers(threads);
  const auto users = matched(*ratings.users(), model.users(), workers);
  const auto items = matched(*ratings.items(), model.items(), workers);
  const ItemLists& trained = model.parts().trained;
  const auto item_trained = trained_items(model);
  const bool intervals = model.has_variance();
  if (predictions != nullptr) predictions->resize(ratings.size());

  std::vector<PartitionSums> sums(ratings.impl().partitions());
  const bool has_baseline = with_loss(model.loss(), [&]<class LossPolicy>() {
    const ErrorMeter<LossPolicy> meter(model);
    workers.for_each(sums.size(), [&](std::size_t partition) {
      PartitionSums sum;
      ratings.impl().for_each(partition, [&](std::uint64_t position, UserIndex table_user,
                                             ItemIndex table_item, float rating) {
        const UserIndex user = users[table_user];
        const ItemIndex item = items[table_item];
        const bool user_known =
            user != kNoIndex && (trained.offsets.empty() || !trained.of(user).empty());
        const bool item_known = item != kNoIndex && item_trained[item];
        const float score = model.score(user, item);
        const float sd = model.sd(user, item);
        const float prediction = model.predict_from_score(score, model.cutpoints(user), sd);
        if (predictions != nullptr) (*predictions)[position] = prediction;
        const std::size_t kind = kind_of(user_known, item_known);
        meter.add(sum, kind, rating, score, prediction, position);
        if (intervals) {
          add_interval(sum.by_kind[kind], rating,
                       model.interval_from_score(score, sd, model.cutpoints(user)));
        }
        if (model.has_link()) {
          add_value_loss(model.parts().link, model.cutpoints(user), rating, score,
                         intervals ? sd : model.parts().link.deviation, sum.by_kind[kind]);
        }
        sum.trained_on += user_known && item_known && trained.contains(user, item);
        if (meter.has_baseline()) meter.add_baseline(sum, rating, user, item);
      });
      sums[partition] = std::move(sum);
    });
    return meter.has_baseline();
  });

  PartitionSums total;
  for (const PartitionSums& sum : sums) total.add(sum);
  ErrorSums all;
  for (const ErrorSums& part : total.by_kind) all.add(part);
  const TrainingRecord& record = model.parts().record;
  const std::uint64_t count = all.count;
  // The fingerprint takes a pass of its own, needed only when the set can be the training set at
  // all.
  const bool may_be_training_set =
      count > 0 && count == record.ratings && total.trained_on == count;
  const auto mean_of = [&](double losses) {
    return has_baseline && count > 0 ? losses / static_cast<double>(count)
                                     : EpochReport::kNotComputed;
  };
  const LossInfo& loss = describe_loss(model.loss());
  const auto summary = [&](bool user_known, bool item_known) {
    return summary_of(std::move(total.by_kind[kind_of(user_known, item_known)]), loss, intervals);
  };
  return {.all = summary_of(std::move(all), loss, intervals),
          .known = summary(true, true),
          .cold_user = summary(false, true),
          .cold_item = summary(true, false),
          .cold_both = summary(false, false),
          .trained_on = total.trained_on,
          .is_training_set =
              may_be_training_set && rating_fingerprint(ratings, workers) == record.fingerprint,
          .baseline_mean_error = mean_of(total.mean_losses),
          .baseline_bias_error = mean_of(total.bias_losses)};
}

}  // namespace mfpar
