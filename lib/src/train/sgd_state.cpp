// SPDX-License-Identifier: MIT
#include "train/sgd_state.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <numbers>
#include <utility>
#include <vector>

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

SgdState::SgdState(const RowIds& ids, const RatingStatistics& statistics,
                   const TrainOptions& options, const FactorModel* init, const Workers& workers,
                   const RankShare* share)
    : options_(options),
      statistics_(statistics),
      scale_(statistics.scale),
      ids_(ids),
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
  double centre = 0.0;
  if (options_.nonnegative) {
    // The mean of p.q is rank times the square of the mean factor. From rows that are nearly alike
    // the sizes of rows are learnt first, as biases are, from random ones what was random stays.
    const double level = double{scale_.target(scale_.best_constant)} / options_.rank;
    centre = options_.biases ? reach : std::max(reach, std::sqrt(std::max(level, 0.0)));
  }
  for_each_row(own, workers, [&](std::size_t row) {
    RowState& state = rows.records.state(row);
    state = RowState{};
    state.penalty_weight = penalty_weight(counts[row], options_.penalty);
    if (counts[row] == 0) return;
    Random random(derive_seed(options_.seed, use, row));
    float* const factors = rows.records.row(row);
    for (int f = 0; f < options_.rank; ++f) {
      factors[f] = static_cast<float>(centre + reach * (2.0 * random.uniform() - 1.0));
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
      users_, statistics_.user_counts, own_users_, *ids_.users, init.users(),
      [&](std::uint32_t index) { return init.user_row(index); }, init.parts().users.biases.span(),
      init.mean() - scale_.mean);
  start(
      items_, statistics_.item_counts, {&all_items, 1}, *ids_.items, init.items(),
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
  pass.l1_factors = {.fixed = static_cast<float>(options_.l1_factors.items),
                     .moving = static_cast<float>(options_.l1_factors.users)};
  pass.l1_biases = {.fixed = static_cast<float>(options_.l1_biases.items),
                    .moving = static_cast<float>(options_.l1_biases.users)};
  pass.nonnegative = options_.nonnegative;
  pass.mean = scale_.training_mean;
  pass.delta = scale_.delta;
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
  const auto users = saved_records(file, "sgd.users", statistics_.user_counts);
  const auto items = saved_records(file, "sgd.items", statistics_.item_counts);
  std::ranges::copy(items.span(), items_.memory.begin());
  rate_ = saved_array<double>(file, "sgd.rate", 1, Sign::kPositive)[0];
  if (rate_ > 1.0) file.fail("sgd.rate", 0, "the share of the learning rate is above 1");
  if (share_ == nullptr) {
    std::ranges::copy(users.span(), users_.memory.begin());
  } else {
    restore_from_ranks(users.span());
  }
}

/// What never changes in a record must be as it is after the start.
FrozenArray<float> SgdState::saved_records(const SectionReader& file, const std::string& section,
                                           std::span<const std::uint32_t> counts) const {
  FrozenArray<float> saved = saved_array<float>(file, section, counts.size() * stride());
  const auto rank = static_cast<std::uint32_t>(options_.rank);
  const std::size_t width = factor_width(rank);
  for (std::size_t row = 0; row < counts.size(); ++row) {
    const auto refuse = [&](std::size_t at, const char* what) {
      file.fail(section, (row * stride() + at) * sizeof(float), what);
    };
    const float* const record = saved.data() + row * stride();
    RowState state;
    std::memcpy(static_cast<void*>(&state), record + width, sizeof(state));
    if (state.bias_accumulator <= 0.0f || state.accumulator <= 0.0f) {
      refuse(width, "a sum of squares is not above 0");
    }
    if (state.penalty_weight != penalty_weight(counts[row], options_.penalty)) {
      refuse(width, "the penalty is not that of a row with so many ratings");
    }
    for (std::size_t at = rank; at < stride(); ++at) {
      if (at == width) at += offsetof(RowState, unused) / sizeof(float);
      if (record[at] != 0.0f) refuse(at, "the padding of a row is not zero");
    }
  }
  return saved;
}

void SgdState::restore_from_ranks(std::span<const float> whole) {
  share_->deal_users(whole, users_.memory.span(), stride(), kTrainerTag);
  share_->channel(kTrainerTag).broadcast(items_.memory.span());
  share_->channel(kTrainerTag).broadcast(rate_);
}

}  // namespace mfpar
