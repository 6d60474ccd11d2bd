// SPDX-License-Identifier: MIT
#include "train/average_seeds.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "compute/kernels/kernel_set.hpp"
#include "compute/mean_of_models.hpp"
#include "compute/model_errors.hpp"

namespace mfpar {

namespace {

/// Of the weighted squares of p.q, what the rank of an average need not keep. Of 5 seeds on
/// MovieLens latest-small, -k 64, the validation MSE is .71022 at .001 (rank 38), .70987 at .0001
/// (58), .70983 at twice the rank. Without biases the squares have that of the mean among them, 10
/// to 20 times what is left without.
constexpr double kShareLost = 1e-4, kShareLostWithoutBiases = 5e-6;

/// How many ratings each user and item has.
struct RatingCounts {
  explicit RatingCounts(const RatingStore& ratings)
      : users(ratings.user_count()), items(ratings.item_count()) {
    for (UserIndex user = 0; user < users.size(); ++user) {
      users[user] = static_cast<float>(ratings.offsets()[user + 1] - ratings.offsets()[user]);
    }
    std::vector<std::uint64_t> counts(items.size());
    ratings.for_each(0, ratings.size(), [&](ItemIndex item, float) { ++counts[item]; });
    std::ranges::transform(counts, items.begin(), [](std::uint64_t n) { return float(n); });
  }

  std::vector<float> users, items;
};

MeanOfModels::TermSide side_of(const FactorModel& model, Entity entity) {
  const FactorModel::Side& side = model.side(entity);
  return {{side.factors.data(), static_cast<std::uint32_t>(side.biases.size()), model.rank()},
          side.biases.span()};
}

/// The mean of models whose zeros and signs are to stay: their factors side by side, divided by the
/// root of their number, and the means of the biases.
MeanOfModels::Model side_by_side(const std::vector<FactorModel>& models) {
  MeanOfModels::Model mean;
  const auto count = static_cast<double>(models.size());
  double sum = 0.0;
  for (const FactorModel& model : models) {
    mean.rank += model.rank();
    sum += double{model.mean()};
  }
  mean.mean = static_cast<float>(sum / count);
  const auto share = static_cast<float>(1.0 / std::sqrt(count));
  const std::size_t stride = row_stride(mean.rank);
  const auto fill = [&](Entity entity, MeanOfModels::ModelSide& to) {
    const std::size_t rows = models.front().side(entity).biases.size();
    to.factors = AlignedBuffer<float>(rows * stride);
    std::vector<double> biases(rows);
    std::size_t at = 0;
    for (const FactorModel& model : models) {
      const FactorModel::Side& side = model.side(entity);
      for (std::size_t row = 0; row < rows; ++row) {
        std::transform(side.factors.data() + row * model.parts().stride,
                       side.factors.data() + row * model.parts().stride + model.rank(),
                       to.factors.data() + row * stride + at, [&](float x) { return share * x; });
        biases[row] += double{side.biases[row]};
      }
      at += model.rank();
    }
    to.biases.reserve(rows);
    for (const double bias : biases) to.biases.push_back(static_cast<float>(bias / count));
  };
  fill(Entity::kUser, mean.users);
  fill(Entity::kItem, mean.items);
  return mean;
}

/// A row of such a mean has the squares that each model's had, and root N times the magnitudes.
RowConstraints constraints_of_mean(RowConstraints of, std::size_t models) {
  const auto share = static_cast<float>(1.0 / std::sqrt(static_cast<double>(models)));
  for (RowConstraints::Magnitudes* const side : {&of.l1_users, &of.l1_items}) {
    side->factors *= share;
  }
  return of;
}

void move_side(MeanOfModels::ModelSide&& from, FactorModel::Side& to) {
  to.factors = FrozenArray<float>(std::move(from.factors));
  to.biases = FrozenArray<float>(std::move(from.biases));
}

}  // namespace

TrainResult average_seeds(const RatingStore& training, const RatingStore& validation,
                          const TrainOptions& options, const TrainHooks& hooks) {
  const Workers workers(options.threads);
  const KernelSet& kernels = find_kernels(options.kernel);
  const auto most = static_cast<std::uint32_t>(std::min(2 * options.rank, int{kMaxRank}));
  const RatingCounts counts(training);
  // Not centred: what nobody has rated, zeros in every term, is to score as it did, not as what is
  // rated most often.
  constexpr bool kCentred = false;
  MeanOfModels mean({.weights = counts.users}, {.weights = counts.items}, most, kernels, kCentred);
  // Directions of a mean have any sign, and no zeros.
  const bool is_kept_whole = options.nonnegative || options.l1_factors != TrainOptions::L1Penalty{};
  std::vector<FactorModel> kept;
  TrainResult result;
  std::optional<FactorModel> first;
  TrainOptions averaged = options;
  averaged.seeds = 0;
  averaged.kernel = kernels.name;
  int best_epochs = 0;
  for (int n = 0; n < options.seeds; ++n) {
    TrainOptions one = options;
    one.seeds = 1;
    one.seed = options.seed + static_cast<std::uint64_t>(n);
    TrainHooks watched = hooks;
    watched.on_epoch = [&](const EpochReport& report) {
      EpochReport numbered = report;
      numbered.training = n + 1;
      if (hooks.on_epoch) hooks.on_epoch(numbered);
    };
    TrainResult trained = train(training, validation, one, watched);
    for (EpochReport& report : trained.history) {
      report.training = n + 1;
      result.history.push_back(report);
    }
    const bool stopped = trained.stop_reason == StopReason::kRequested;
    // One that was stopped has learnt less than the others; it stands where there is no other.
    if (!stopped || n == 0) {
      if (is_kept_whole) {
        kept.push_back(trained.model);
      } else {
        mean.add({trained.model.mean(), side_of(trained.model, Entity::kUser),
                  side_of(trained.model, Entity::kItem)},
                 workers);
      }
      best_epochs += trained.model.parts().record.best_epoch;
      ++averaged.seeds;
      if (!first) first = std::move(trained.model);
    }
    result.divergences = std::max(result.divergences, trained.divergences);
    if (trained.stop_reason == StopReason::kDiverged && result.divergence.empty()) {
      result.divergence = "seed " + std::to_string(one.seed) + ": " + trained.divergence;
    }
    result.stop_reason = stopped                      ? StopReason::kRequested
                         : !result.divergence.empty() ? StopReason::kDiverged
                                                      : trained.stop_reason;
    if (stopped) break;
  }

  MeanOfModels::Model model =
      is_kept_whole
          ? side_by_side(kept)
          : mean.finish(most, 1.0 - (options.biases ? kShareLost : kShareLostWithoutBiases),
                        workers);
  // What factors cost who is folded in stays the training's, though their lengths are now equal on
  // both sides. Of new users of MovieLens latest-small the MSE is .7195, of new items .6649; with
  // lengths as training leaves them .7244 and .6642, and by one training .7257 and .6657.
  FactorModel::Parts parts = first->parts();
  parts.rank = model.rank;
  parts.stride = row_stride(model.rank);
  parts.mean = model.mean;
  if (is_kept_whole) parts.constraints = constraints_of_mean(parts.constraints, kept.size());
  move_side(std::move(model.users), parts.users);
  move_side(std::move(model.items), parts.items);
  EpochReport report;
  // 0 only where none has learnt anything.
  report.epoch = (2 * best_epochs + averaged.seeds) / (2 * averaged.seeds);
  if (best_epochs > 0) report.epoch = std::max(report.epoch, 1);
  const FactorModel scored(parts);
  const auto error_on = [&](const RatingStore& ratings) {
    return model_errors(scored, ratings, kernels, workers).clipped_error /
           static_cast<double>(ratings.size());
  };
  if (options.eval_every > 0) {
    if (options.train_error == TrainError::kExact) report.train_error = error_on(training);
    if (validation.size() > 0) report.valid_error = error_on(validation);
  }
  if (hooks.on_epoch) hooks.on_epoch(report);
  result.history.push_back(report);

  parts.record.options = describe_options(averaged);
  parts.record.history = result.history;
  for (EpochReport& row : parts.record.history) {
    row = {.epoch = row.epoch,
           .training = row.training,
           .train_error = row.train_error,
           .objective = row.objective,
           .valid_error = row.valid_error};
  }
  parts.record.best_epoch = report.epoch;
  result.model = FactorModel(std::move(parts));
  return result;
}

}  // namespace mfpar
