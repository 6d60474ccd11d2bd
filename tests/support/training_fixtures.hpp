// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <vector>

#include "mfpar/split.hpp"
#include "mfpar/train.hpp"

namespace mfpar::tests {

inline TrainOptions quick_options() {
  TrainOptions options;
  options.rank = 4;
  options.epochs = 6;
  options.threads = 2;
  options.patience = 0;
  options.schedule = Schedule::kBlocks;  // reproducible
  return options;
}

/// `options` under `loss`, with what that brings with it.
inline TrainOptions with_loss_of(TrainOptions options, Loss loss) {
  options.loss = loss;
  if (!describe_loss(loss).needs_nonnegative) return options;
  options.nonnegative = true;
  options.biases = false;
  return options;
}

inline std::vector<EpochReport> history_of(const SplitResult& data, const TrainOptions& options) {
  return train(data.training, data.validation, options).history;
}

inline std::vector<float> numbers_of(const FactorModel& model) {
  std::vector<float> all;
  const auto& parts = model.parts();
  for (const auto* array :
       {&parts.users.factors, &parts.items.factors, &parts.users.biases, &parts.items.biases}) {
    all.insert(all.end(), array->begin(), array->end());
  }
  return all;
}

/// The mean loss of the model's predictions, by the loss it was trained with.
inline double error_of(const FactorModel& model, const RatingStore& ratings) {
  double sum = 0;
  const RatingRange range = model.range();
  const auto margin_lacks = [&](double rating, double score) {
    return std::max(0.0, 1.0 - (rating == range.highest ? score : -score));
  };
  for (UserIndex user = 0; user < ratings.user_count(); ++user) {
    for (auto at = ratings.offsets()[user]; at < ratings.offsets()[user + 1]; ++at) {
      const double rating = ratings.value(at), predicted = model.predict(user, ratings.item(at));
      switch (model.loss()) {
        case Loss::kSquared:
          sum += (rating - predicted) * (rating - predicted);
          break;
        case Loss::kAbsolute:
          sum += std::abs(rating - predicted);
          break;
        case Loss::kLogistic:
          sum -= std::log(rating == range.highest ? predicted : 1 - predicted);
          break;
        case Loss::kHuber: {
          const double miss = std::abs(rating - predicted), delta = model.parts().huber_delta;
          sum += miss <= delta ? miss * miss / 2 : delta * (miss - delta / 2);
          break;
        }
        case Loss::kPoisson:
          sum += (rating > 0 ? rating * std::log(rating / predicted) : 0) - rating + predicted;
          break;
        case Loss::kHinge:
          sum += margin_lacks(rating, predicted);
          break;
        case Loss::kSquaredHinge:
          sum += std::pow(margin_lacks(rating, predicted), 2);
          break;
      }
    }
  }
  return sum / static_cast<double>(ratings.size());
}

}  // namespace mfpar::tests
