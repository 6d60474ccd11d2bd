// SPDX-License-Identifier: MIT
#include "mfpar/evaluate.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/parallel.hpp"
#include "base/partition.hpp"
#include "compute/fingerprint.hpp"
#include "store/rating_table_impl.hpp"

namespace mfpar {

namespace {

/// Sums of a block of ratings.
struct ErrorSums {
  std::uint64_t count = 0;
  double squares = 0.0;
  double absolutes = 0.0;

  void add(double error) {
    ++count;
    squares += error * error;
    absolutes += std::abs(error);
  }
  void add(const ErrorSums& other) {
    count += other.count;
    squares += other.squares;
    absolutes += other.absolutes;
  }
  ErrorSummary summary() const {
    const auto n = static_cast<double>(count);
    return {.count = count,
            .mse = count > 0 ? squares / n : EpochReport::kNotComputed,
            .mae = count > 0 ? absolutes / n : EpochReport::kNotComputed};
  }
};

struct BlockSums {
  std::array<ErrorSums, 4> by_knowledge;  // 2 * (user known) + (item known)
  ErrorSums mean;
  ErrorSums biases;
  std::uint64_t trained_on = 0;

  void add(const BlockSums& other) {
    for (std::size_t i = 0; i < by_knowledge.size(); ++i)
      by_knowledge[i].add(other.by_knowledge[i]);
    mean.add(other.mean);
    biases.add(other.biases);
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

/// The simpler predictors that a model carries.
class Baseline {
 public:
  explicit Baseline(const FactorModel& model)
      : baseline_(model.parts().baseline), range_(model.range()) {}

  bool exists() const { return !baseline_.user_biases.empty(); }
  double mean() const { return clipped(baseline_.mean); }
  double biases(UserIndex user, ItemIndex item) const {
    return clipped(baseline_.mean + (user == kNoIndex ? 0.0f : baseline_.user_biases[user]) +
                   (item == kNoIndex ? 0.0f : baseline_.item_biases[item]));
  }

 private:
  float clipped(float x) const { return std::clamp(x, range_.lowest, range_.highest); }

  const BiasBaseline& baseline_;
  RatingRange range_;
};

}  // namespace

double ErrorSummary::rmse() const { return std::sqrt(mse); }

Evaluation evaluate(const FactorModel& model, const RatingTable& ratings, int threads,
                    std::vector<float>* predictions) {
  const Workers workers(threads);
  const auto users = matched(*ratings.users(), model.users(), workers);
  const auto items = matched(*ratings.items(), model.items(), workers);
  const ItemLists& trained = model.parts().trained;
  const auto item_trained = trained_items(model);
  const Baseline baseline(model);
  if (predictions != nullptr) predictions->resize(ratings.size());

  std::vector<BlockSums> sums(ratings.impl().partitions());
  workers.for_each(sums.size(), [&](std::size_t block) {
    BlockSums sum;
    ratings.impl().for_each(block, [&](std::uint64_t position, UserIndex table_user,
                                       ItemIndex table_item, float value) {
      const UserIndex user = users[table_user];
      const ItemIndex item = items[table_item];
      const bool user_known =
          user != kNoIndex && (trained.offsets.empty() || !trained.of(user).empty());
      const bool item_known = item != kNoIndex && item_trained[item];
      const float prediction = model.predict(user, item);
      if (predictions != nullptr) (*predictions)[position] = prediction;
      const double rating = value;
      sum.by_knowledge[2 * user_known + item_known].add(rating - prediction);
      sum.trained_on += user_known && item_known && trained.contains(user, item);
      if (baseline.exists()) {
        sum.mean.add(rating - baseline.mean());
        sum.biases.add(rating - baseline.biases(user, item));
      }
    });
    sums[block] = sum;
  });

  BlockSums total;
  for (const BlockSums& sum : sums) total.add(sum);
  ErrorSums all;
  for (const ErrorSums& part : total.by_knowledge) all.add(part);
  const TrainingRecord& record = model.parts().record;
  // The fingerprint takes a pass of its own, needed only when the set can be the training set at
  // all.
  const bool may_be_training_set =
      all.count > 0 && all.count == record.ratings && total.trained_on == all.count;
  return {.all = all.summary(),
          .known = total.by_knowledge[3].summary(),
          .cold_user = total.by_knowledge[1].summary(),
          .cold_item = total.by_knowledge[2].summary(),
          .cold_both = total.by_knowledge[0].summary(),
          .trained_on = total.trained_on,
          .is_training_set =
              may_be_training_set && rating_fingerprint(ratings, workers) == record.fingerprint,
          .baseline_mean_mse = total.mean.summary().mse,
          .baseline_bias_mse = total.biases.summary().mse};
}

}  // namespace mfpar
