// SPDX-License-Identifier: MIT
#include "train/ranked_progress.hpp"

#include <utility>

#include "base/aligned_buffer.hpp"

namespace mfpar {

namespace {

struct Numbers {
  int epoch = 0;
  int best_epoch = 0;
  double best_error = 0.0;
  int evaluations_since_best = 0;
  int divergences = 0;
  bool has_best = false;
};

/// The rows of this rank's users, and of all items; `whole` is rank 0's.
FactorModel::Side dealt_users(const FactorModel::Side& whole, std::size_t stride,
                              const RankShare& share) {
  AlignedBuffer<float> factors(whole.factors.size()), biases(whole.biases.size());
  share.deal_users(whole.factors.span(), factors.span(), stride, kTrainerTag);
  share.deal_users(whole.biases.span(), biases.span(), 1, kTrainerTag);
  return {whole.ids, FrozenArray<float>(std::move(factors)), FrozenArray<float>(std::move(biases))};
}

FactorModel::Side spread(const FactorModel::Side& side, const RankChannel& all) {
  AlignedBuffer<float> factors(side.factors.size()), biases(side.biases.size());
  std::ranges::copy(side.factors.span(), factors.begin());
  std::ranges::copy(side.biases.span(), biases.begin());
  all.broadcast(factors.span());
  all.broadcast(biases.span());
  return {side.ids, FrozenArray<float>(std::move(factors)), FrozenArray<float>(std::move(biases))};
}

}  // namespace

void deal_progress(const TrainingProgress& progress, const RankShare& share, int epoch) {
  const RankChannel all = share.channel(kTrainerTag);
  Numbers numbers{.epoch = epoch,
                  .best_epoch = progress.best_epoch,
                  .best_error = progress.best_error,
                  .evaluations_since_best = progress.evaluations_since_best,
                  .divergences = progress.divergences,
                  .has_best = progress.best.has_value()};
  all.broadcast(numbers);
  std::vector<EpochReport> history = progress.history;
  all.broadcast(history);
  if (!progress.best) return;
  const FactorModel::Parts& best = progress.best->parts();
  dealt_users(best.users, best.stride, share);
  spread(best.items, all);
}

TrainingProgress progress_from_first(const FactorModel& like, const RankShare& share, int& epoch) {
  const RankChannel all = share.channel(kTrainerTag);
  Numbers numbers;
  all.broadcast(numbers);
  epoch = numbers.epoch;
  TrainingProgress progress;
  progress.best_epoch = numbers.best_epoch;
  progress.best_error = numbers.best_error;
  progress.evaluations_since_best = numbers.evaluations_since_best;
  progress.divergences = numbers.divergences;
  all.broadcast(progress.history);
  if (!numbers.has_best) return progress;
  FactorModel::Parts parts = like.parts();
  parts.users = dealt_users(parts.users, parts.stride, share);
  parts.items = spread(parts.items, all);
  progress.best = FactorModel(std::move(parts));
  return progress;
}

}  // namespace mfpar
