// SPDX-License-Identifier: MIT
#include "train/sgd_state.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

#include "base/partition.hpp"
#include "base/random.hpp"
#include "compute/objective.hpp"
#include "io/restore_array.hpp"
#include "loss/losses.hpp"
#include "train/solver.hpp"

namespace mfpar {

namespace {

constexpr std::size_t kRowPartitions = 256;

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

SgdState::SgdState(const RowIds& ids, const RatingStatistics& statistics,
                   const TrainOptions& options, const FactorModel* init, const Workers& workers)
    : options_(options), statistics_(statistics), scale_(statistics.scale), ids_(ids), init_(init) {
  start(workers);
}

void SgdState::start(const Workers& workers) {
  start(users_, SeedUse::kInitUsers, statistics_.user_counts, workers);
  start(items_, SeedUse::kInitItems, statistics_.item_counts, workers);
  if (init_ != nullptr) start_from(*init_, workers);
}

/// Accumulators of steps are empty again: a snapshot has none.
void SgdState::start_again(const FactorModel* snapshot, double rate, const Workers& workers) {
  rate_ = rate;
  start(workers);
  if (snapshot != nullptr) start_from(*snapshot, workers);
}

void SgdState::start(Rows& rows, SeedUse use, std::span<const std::uint32_t> counts,
                     const Workers& workers) {
  const auto rank = static_cast<std::uint32_t>(options_.rank);
  rows.count = static_cast<std::uint32_t>(counts.size());
  rows.memory = AlignedBuffer<float>(counts.size() * record_stride(factor_width(rank)));
  rows.records = {rows.memory.data(), rank};
  // Uniform on +-sqrt(3) times the scale has the scale as its standard deviation.
  double reach = std::numbers::sqrt3 * options_.init_scale, centre = 0.0;
  if (options_.nonnegative) {
    // The mean of p.q is rank times the square of the mean factor.
    const double level = double{scale_.target(scale_.best_constant)} / options_.rank;
    if (!options_.biases && level > 0.0) reach = std::max(reach, std::sqrt(level));
    centre = reach;
  }
  workers.for_each(kRowPartitions, [&](std::size_t partition) {
    const Range range = even_range(counts.size(), kRowPartitions, partition);
    for (std::size_t row = range.begin; row < range.end; ++row) {
      RowState& state = rows.records.state(row);
      state = RowState{};
      state.penalty_weight = penalty_weight(counts[row], options_.penalty);
      if (counts[row] == 0) continue;
      Random random(derive_seed(options_.seed, use, row));
      float* const factors = rows.records.row(row);
      for (int f = 0; f < options_.rank; ++f) {
        factors[f] = static_cast<float>(centre + reach * (2.0 * random.uniform() - 1.0));
      }
    }
  });
}

void SgdState::start_from(const FactorModel& init, const Workers& workers) {
  const auto start = [&](Rows& rows, std::span<const std::uint32_t> counts, const IdDictionary& ids,
                         const IdDictionary& known, auto row_of, std::span<const float> biases,
                         float shift) {
    workers.for_each(kRowPartitions, [&](std::size_t partition) {
      const Range range = even_range(counts.size(), kRowPartitions, partition);
      for (std::size_t row = range.begin; row < range.end; ++row) {
        if (counts[row] == 0) continue;
        const std::uint32_t index = known.find(ids.id(static_cast<std::uint32_t>(row)));
        if (index == kNoIndex) continue;
        // p.q is in the units of scores: each side takes the root of the scale.
        const float scale = 1.0f / std::sqrt(scale_.deviation);
        std::ranges::transform(row_of(index), rows.records.row(row),
                               [&](float x) { return x * scale; });
        if (options_.biases) {
          rows.records.state(row).bias = (biases[index] + shift) / scale_.deviation;
        }
      }
    });
  };
  // Where the two means differ, the users take the difference.
  start(
      users_, statistics_.user_counts, *ids_.users, init.users(),
      [&](std::uint32_t index) { return init.user_row(index); }, init.parts().users.biases.span(),
      init.mean() - scale_.mean);
  start(
      items_, statistics_.item_counts, *ids_.items, init.items(),
      [&](std::uint32_t index) { return init.item_row(index); }, init.parts().items.biases.span(),
      0.0f);
}

EpochPlan SgdState::plan(int epoch) {
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

void SgdState::save(SectionWriter& file) const {
  file.add_copy("sgd.users", users_.memory.span());
  file.add_copy("sgd.items", items_.memory.span());
  file.add_value("sgd.rate", rate_);
}

void SgdState::restore(const SectionReader& file) {
  restore(file, "sgd.users", users_);
  restore(file, "sgd.items", items_);
  rate_ = saved_array<double>(file, "sgd.rate", 1, Sign::kPositive)[0];
  if (rate_ > 1.0) file.fail("sgd.rate", 0, "the share of the learning rate is above 1");
}

/// What never changes in a record must be as it is after the start.
void SgdState::restore(const SectionReader& file, const std::string& section, Rows& rows) {
  std::vector<float> penalties;
  for (std::size_t row = 0; row < rows.count; ++row) {
    penalties.push_back(rows.records.state(row).penalty_weight);
  }
  restore_array(file, section, rows.memory.span());
  const std::size_t width = factor_width(rows.records.rank), stride = record_stride(width);
  for (std::size_t row = 0; row < rows.count; ++row) {
    const auto refuse = [&](std::size_t at, const char* what) {
      file.fail(section, (row * stride + at) * sizeof(float), what);
    };
    const RowState& state = rows.records.state(row);
    if (state.bias_accumulator <= 0.0f || state.accumulator <= 0.0f) {
      refuse(width, "a sum of squares is not above 0");
    }
    if (state.penalty_weight != penalties[row]) {
      refuse(width, "the penalty is not that of a row with so many ratings");
    }
    for (std::size_t at = rows.records.rank; at < stride; ++at) {
      if (at == width) at += offsetof(RowState, unused) / sizeof(float);
      if (rows.records.row(row)[at] != 0.0f) refuse(at, "the padding of a row is not zero");
    }
  }
}

}  // namespace mfpar
