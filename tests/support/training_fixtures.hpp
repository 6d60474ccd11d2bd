// SPDX-License-Identifier: MIT
#pragma once

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

inline std::vector<EpochReport> history_of(const SplitResult& data, const TrainOptions& options) {
  return train(data.training, data.validation, options).history;
}

inline std::vector<float> numbers_of(const FactorModel& model) {
  std::vector<float> all;
  const auto& parts = model.parts();
  for (const auto* array :
       {&parts.user_factors, &parts.item_factors, &parts.user_biases, &parts.item_biases}) {
    all.insert(all.end(), array->begin(), array->end());
  }
  return all;
}

inline double mse_of(const FactorModel& model, const RatingStore& ratings) {
  double sum = 0;
  for (UserIndex user = 0; user < ratings.user_count(); ++user) {
    for (auto at = ratings.offsets()[user]; at < ratings.offsets()[user + 1]; ++at) {
      const double e = ratings.value(at) - model.predict(user, ratings.item(at));
      sum += e * e;
    }
  }
  return sum / static_cast<double>(ratings.size());
}

}  // namespace mfpar::tests
