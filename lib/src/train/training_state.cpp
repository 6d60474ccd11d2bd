// SPDX-License-Identifier: MIT
#include "train/training_state.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/partition.hpp"
#include "base/random.hpp"
#include "compute/objective.hpp"

namespace mfpar {

namespace {

constexpr std::size_t kPieces = 256;

std::vector<std::uint32_t> count_user_ratings(const RatingStore& ratings) {
  std::vector<std::uint32_t> counts(ratings.user_count());
  const auto offsets = ratings.offsets();
  for (std::size_t user = 0; user < counts.size(); ++user) {
    counts[user] = static_cast<std::uint32_t>(offsets[user + 1] - offsets[user]);
  }
  return counts;
}

}  // namespace

double scheduled_rate(const TrainOptions& options, int epoch) {
  const double t = epoch - 1;
  switch (options.rate_schedule) {
    case RateSchedule::kConstant:
      return options.learning_rate;
    case RateSchedule::kExponential:
      return options.learning_rate * std::pow(options.decay, t);
    case RateSchedule::kInverseSqrt:
      return options.learning_rate / std::sqrt(1.0 + t);
    case RateSchedule::kCosine:
      return options.learning_rate * (1.0 + std::cos(std::numbers::pi * t / options.epochs)) / 2.0;
  }
  return options.learning_rate;
}

TrainingState::TrainingState(const RatingStore& ratings, const RatingScale& scale,
                             const TrainOptions& options, const FactorModel* init,
                             const Workers& workers)
    : options_(options), scale_(scale) {
  users_.counts = count_user_ratings(ratings);
  items_.counts = count_item_ratings(ratings, workers);
  start_side(users_, SeedUse::kInitUsers, workers);
  start_side(items_, SeedUse::kInitItems, workers);
  if (init != nullptr) start_from(*init, ratings, workers);
}

void TrainingState::start_side(SideState& side, SeedUse use, const Workers& workers) {
  const auto rank = static_cast<std::uint32_t>(options_.rank);
  side.records = AlignedBuffer<float>(side.size() * record_stride(factor_width(rank)));
  side.rows = {side.records.data(), rank};
  // Uniform on +-sqrt(3) times the scale has the scale as its standard deviation.
  const double reach = std::numbers::sqrt3 * options_.init_scale;
  workers.for_each(kPieces, [&](std::size_t piece) {
    const Range range = even_range(side.size(), kPieces, piece);
    for (std::size_t row = range.begin; row < range.end; ++row) {
      side.rows.state(row) = RowState{};
      side.rows.state(row).shrink = penalty_shrink(side.counts[row], options_.penalty);
      if (side.counts[row] == 0) continue;
      Random random(derive_seed(options_.seed, use, row));
      float* const factors = side.rows.row(row);
      for (int f = 0; f < options_.rank; ++f) {
        factors[f] = static_cast<float>(reach * (2.0 * random.uniform() - 1.0));
      }
    }
  });
}

void TrainingState::start_from(const FactorModel& init, const RatingStore& ratings,
                               const Workers& workers) {
  const auto start = [&](SideState& side, const IdDictionary& ids, const IdDictionary& known,
                         auto row_of, std::span<const float> biases, float shift) {
    workers.for_each(kPieces, [&](std::size_t piece) {
      const Range range = even_range(side.size(), kPieces, piece);
      for (std::size_t row = range.begin; row < range.end; ++row) {
        if (side.counts[row] == 0) continue;
        const std::uint32_t index = known.find(ids.id(static_cast<std::uint32_t>(row)));
        if (index == kNoIndex) continue;
        // p.q is in rating units: each side takes the root of the scale.
        const float scale = 1.0f / std::sqrt(scale_.deviation);
        std::ranges::transform(row_of(index), side.rows.row(row),
                               [&](float x) { return x * scale; });
        if (options_.biases) side.rows.state(row).bias = (biases[index] + shift) / scale_.deviation;
      }
    });
  };
  // Where the two mean ratings differ, the users take the difference.
  start(
      users_, *ratings.parts().users, init.users(),
      [&](std::uint32_t index) { return init.user_row(index); }, init.parts().users.biases.span(),
      init.mean() - scale_.mean);
  start(
      items_, *ratings.parts().items, init.items(),
      [&](std::uint32_t index) { return init.item_row(index); }, init.parts().items.biases.span(),
      0.0f);
}

EpochPlan TrainingState::plan(int epoch) {
  EpochPlan plan;
  plan.users = users_.rows;
  plan.items = items_.rows;
  plan.rank = static_cast<std::uint32_t>(options_.rank);
  plan.rate = static_cast<float>(scheduled_rate(options_, epoch));
  plan.bias_rate = options_.biases ? plan.rate : 0.0f;
  plan.lambda_factors = static_cast<float>(options_.lambda_factors);
  plan.lambda_biases = static_cast<float>(options_.lambda_biases);
  plan.lowest = scale_.standardise(scale_.range.lowest);
  plan.highest = scale_.standardise(scale_.range.highest);
  plan.seed = derive_seed(options_.seed, SeedUse::kEpochOrder, epoch);
  return plan;
}

}  // namespace mfpar
