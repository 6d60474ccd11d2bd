// SPDX-License-Identifier: MIT
#include "train/sgd_state.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "base/partition.hpp"
#include "base/random.hpp"
#include "compute/objective.hpp"
#include "io/restore_array.hpp"
#include "loss/losses.hpp"
#include "train/solver.hpp"

namespace mfpar {

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

SgdState::SgdState(const RatingStore& ratings, const RatingStatistics& statistics,
                   const TrainOptions& options, const FactorModel* init, const Workers& workers,
                   const RankShare* share)
    : options_(options),
      statistics_(statistics),
      scale_(statistics.scale),
      user_ids_(ratings.parts().users),
      item_ids_(ratings.parts().items),
      init_(init),
      share_(share),
      own_users_(share != nullptr ? share->users()
                                  : std::vector<Range>{{0, statistics.user_counts.size()}}) {
  start(workers);
}

void SgdState::start(const Workers& workers) {
  const Range all_items{0, statistics_.item_counts.size()};
  start(users_, SeedUse::kInitUsers, statistics_.user_counts, own_users_, workers);
  start(items_, SeedUse::kInitItems, statistics_.item_counts, {&all_items, 1}, workers);
  if (init_ != nullptr) start_from(*init_, workers);
}

/// Accumulators of steps are empty again: a snapshot has none.
void SgdState::start_again(const FactorModel* snapshot, double rate, const Workers& workers) {
  rate_ = rate;
  items_are_spread_ = true;
  start(workers);
  if (snapshot != nullptr) start_from(*snapshot, workers);
}

void SgdState::start(Rows& rows, SeedUse use, std::span<const std::uint32_t> counts,
                     std::span<const Range> own, const Workers& workers) {
  const auto rank = static_cast<std::uint32_t>(options_.rank);
  rows.count = static_cast<std::uint32_t>(counts.size());
  rows.memory = AlignedBuffer<float>(counts.size() * record_stride(factor_width(rank)));
  rows.records = {rows.memory.data(), rank};
  // Uniform on +-sqrt(3) times the scale has the scale as its standard deviation.
  const double reach = std::numbers::sqrt3 * options_.init_scale;
  for_each_row(own, workers, [&](std::size_t row) {
    RowState& state = rows.records.state(row);
    state = RowState{};
    state.penalty_weight = penalty_weight(counts[row], options_.penalty);
    if (counts[row] == 0) return;
    Random random(derive_seed(options_.seed, use, row));
    float* const factors = rows.records.row(row);
    for (int f = 0; f < options_.rank; ++f) {
      factors[f] = static_cast<float>(reach * (2.0 * random.uniform() - 1.0));
    }
  });
}

void SgdState::start_from(const FactorModel& init, const Workers& workers) {
  const float scale = 1.0f / std::sqrt(scale_.deviation);
  const auto start = [&](Rows& rows, std::span<const std::uint32_t> counts,
                         std::span<const Range> own, const IdDictionary& ids,
                         const IdDictionary& known, auto row_of, std::span<const float> biases,
                         float shift) {
    for_each_row(own, workers, [&](std::size_t row) {
      if (counts[row] == 0) return;
      const auto here = static_cast<std::uint32_t>(row);
      const std::uint32_t index = &ids == &known ? here : known.find(ids.id(here));
      if (index == kNoIndex) return;
      // p.q is in the units of scores: each side takes the root of the scale.
      std::ranges::transform(row_of(index), rows.records.row(row),
                             [&](float x) { return x * scale; });
      if (options_.biases) {
        rows.records.state(row).bias = (biases[index] + shift) / scale_.deviation;
      }
    });
  };
  const Range all_items{0, statistics_.item_counts.size()};
  // Where the two means differ, the users take the difference.
  start(
      users_, statistics_.user_counts, own_users_, *user_ids_, init.users(),
      [&](std::uint32_t index) { return init.user_row(index); }, init.parts().users.biases.span(),
      init.mean() - scale_.mean);
  start(
      items_, statistics_.item_counts, {&all_items, 1}, *item_ids_, init.items(),
      [&](std::uint32_t index) { return init.item_row(index); }, init.parts().items.biases.span(),
      0.0f);
}

std::size_t SgdState::stride() const {
  return record_stride(factor_width(static_cast<std::size_t>(options_.rank)));
}

EpochPlan SgdState::plan(int epoch) {
  items_are_spread_ = false;
  EpochPlan plan;
  SgdPass& pass = plan.pass;
  pass.fixed = items_.records;
  pass.moving = users_.records;
  pass.rank = static_cast<std::uint32_t>(options_.rank);
  pass.rate =
      static_cast<float>(rate_ * scheduled_rate(options_, epoch) * rate_scale(options_.loss));
  pass.bias_rate = options_.biases ? pass.rate : 0.0f;
  pass.lambda_factors = static_cast<float>(options_.lambda_factors);
  pass.lambda_biases = static_cast<float>(options_.lambda_biases);
  pass.mean = scale_.training_mean;
  pass.lowest = scale_.target(scale_.range.lowest);
  pass.highest = scale_.target(scale_.range.highest);
  plan.seed = derive_seed(options_.seed, SeedUse::kEpochOrder, epoch);
  plan.most_error = kMostMeanError * static_cast<double>(statistics_.count);
  return plan;
}

void SgdState::spread_items() const {
  if (share_ == nullptr || std::exchange(items_are_spread_, true)) return;
  share_->spread_items(items_.records.records, stride(), kTrainerTag);
}

void SgdState::save(SectionWriter& file) const {
  if (share_ == nullptr) {
    file.add_copy("sgd.users", users_.memory.span());
  } else {
    spread_items();
    const auto whole = share_->gather_users(users_.memory.span(), stride(), kTrainerTag);
    file.add_copy("sgd.users", whole.span());
  }
  file.add_copy("sgd.items", items_.memory.span());
  file.add_value("sgd.rate", rate_);
}

void SgdState::restore(const SectionReader& file) {
  restore_array(file, "sgd.items", items_.memory.span());
  restore_array(file, "sgd.rate", std::span(&rate_, 1));
  if (share_ == nullptr) {
    restore_array(file, "sgd.users", users_.memory.span());
    return;
  }
  const auto saved = saved_array<float>(file, "sgd.users", users_.memory.size());
  restore_from_ranks(saved.span());
}

void SgdState::restore_from_ranks(std::span<const float> whole) {
  share_->deal_users(whole, users_.memory.span(), stride(), kTrainerTag);
  share_->channel(kTrainerTag).broadcast(items_.memory.span());
  share_->channel(kTrainerTag).broadcast(rate_);
}

}  // namespace mfpar
