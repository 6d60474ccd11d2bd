// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <utility>

#include "mfpar/error.hpp"
#include "mfpar/train.hpp"
#include "train/sampled_variance.hpp"

namespace mfpar {

namespace {

/// `learn(options, hooks)` learns from all ratings, of so many users and items.
template <class Learn>
TrainResult refit_by(const Learn& learn, UserIndex users, ItemIndex items, TrainResult validated,
                     const TrainOptions& options, const TrainHooks& hooks) {
  const TrainingRecord& judged = validated.model.parts().record;
  if (judged.best_epoch == 0 || validated.stop_reason == StopReason::kRequested) return validated;
  TrainOptions same = options;
  same.epochs = judged.best_epoch;
  if (validated.sampling) {
    same.gibbs.samples = std::max(1, validated.sampling->samples);
    same.gibbs.monte_carlo_error = 0.0;
  }
  same.eval_every = 0;
  same.learning_rate = std::ldexp(options.learning_rate, -validated.divergences);
  if (!same.one_class.unobserved_weight) {  // what was judged, not what suits more ratings
    same.one_class.unobserved_weight = usual_unobserved_weight(judged.ratings, users, items);
  }
  TrainHooks silent = hooks;
  silent.on_epoch = {};
  TrainResult refitted;
  try {
    refitted = learn(same, silent);
  } catch (const Error& e) {
    if (e.code() != ErrorCode::kDiverged) throw;
    validated.stop_reason = StopReason::kDiverged;
    validated.divergence = "learning once more from all ratings: " + std::string(e.what());
    return validated;
  }
  if (refitted.stop_reason == StopReason::kRequested) {
    validated.stop_reason = StopReason::kRequested;
    return validated;
  }
  FactorModel::Parts parts = refitted.model.parts();
  parts.record.options = judged.options;
  parts.record.history = judged.history;
  parts.record.judged_ratings = judged.ratings;
  parts.record.judged_fingerprint = judged.fingerprint;
  if (validated.sampling) {  // what was found when there was something to hold intervals against
    parts.variance = scaled(parts.variance, validated.sampling->interval_scale);
  }
  validated.model = FactorModel(std::move(parts));
  return validated;
}

}  // namespace

TrainResult refit(RatingStore all, TrainResult validated, const TrainOptions& options,
                  const TrainHooks& hooks) {
  const UserIndex users = all.user_count();
  const ItemIndex items = all.item_count();
  return refit_by([&](const TrainOptions& same,
                      const TrainHooks& silent) { return train(std::move(all), {}, same, silent); },
                  users, items, std::move(validated), options, hooks);
}

TrainResult refit(std::shared_ptr<const RatingSource> all, TrainResult validated,
                  const TrainOptions& options, const TrainHooks& hooks,
                  const StreamOptions& stream) {
  return refit_by([&](const TrainOptions& same,
                      const TrainHooks& silent) { return train(all, {}, same, silent, stream); },
                  all->user_count(), all->item_count(), std::move(validated), options, hooks);
}

}  // namespace mfpar
