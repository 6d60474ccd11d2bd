// SPDX-License-Identifier: MIT
#include "train/snapshot.hpp"

#include <algorithm>
#include <cmath>

#include "base/partition.hpp"
#include "compute/objective.hpp"

namespace mfpar {

namespace {

// A rating charges s lambda |row|^2 beside its squared error, in standardised units. In rating units errors
// are multiplied with the deviation d, biases too, factors with its root: times d^2, of d |p|^2 one d is
// left, of b^2 nothing.
//
// The bias of a new row is charged twice. Training stops before its minimum and never lets the bias of a
// few ratings grow as far as its penalty would. Of new users with 3, 10, 30 and 100 ratings of MovieLens
// latest-small the test MSE falls from 1.086, .977, .942, .9126 to 1.050, .972, .939, .9126; of
// MovieTweetings, with 3, 10 and 30, it goes from 2.459, 2.175, 2.209 to 2.414, 2.185, 2.224.
FoldInPenalty fold_in_penalty(const TrainOptions& options, const RatingScale& scale) {
  constexpr double kBiasCharge = 2.0;
  return {.factors = static_cast<float>(options.lambda_factors * scale.deviation),
          .bias = static_cast<float>(kBiasCharge * options.lambda_biases),
          .exponent = static_cast<float>(penalty_exponent(options.penalty))};
}

}  // namespace

SnapshotMaker::SnapshotMaker(const RatingStore& ratings, const RatingScale& scale,
                             const TrainOptions& options)
    : users_(ratings.parts().users),
      items_(ratings.parts().items),
      scale_(scale),
      options_(options) {}

std::shared_ptr<AlignedBuffer<float>> SnapshotMaker::buffer(std::size_t size) const {
  AlignedBuffer<float> taken;
  {
    const std::lock_guard lock(pool_->mutex);
    const auto fits = std::ranges::find(pool_->free, size, &AlignedBuffer<float>::size);
    if (fits != pool_->free.end()) {
      taken = std::move(*fits);
      pool_->free.erase(fits);
    }
  }
  if (taken.size() != size) taken = AlignedBuffer<float>(size);
  return {new AlignedBuffer<float>(std::move(taken)), [pool = pool_](AlignedBuffer<float>* done) {
            const std::unique_ptr<AlignedBuffer<float>> owner(done);
            const std::lock_guard lock(pool->mutex);
            pool->free.push_back(std::move(*owner));
          }};
}

FactorModel SnapshotMaker::take(const TrainingState& state, const Workers& workers) const {
  struct Copied {
    FrozenArray<float> rows;
    FrozenArray<float> biases;
  };
  const float row_scale = std::sqrt(scale_.deviation);  // p.q takes the factor once from each side
  const auto rank = static_cast<std::size_t>(options_.rank);
  const std::size_t stride = row_stride(rank);
  const auto copy = [&](const SideState& side) -> Copied {
    const auto rows = buffer(side.size() * stride);
    const auto biases = buffer(side.size());
    constexpr std::size_t kPieces = 256;
    workers.for_each(kPieces, [&](std::size_t piece) {
      const Range range = even_range(side.size(), kPieces, piece);
      for (std::size_t row = range.begin; row < range.end; ++row) {
        const float* const factors = side.rows.row(row);
        std::transform(factors, factors + rank, rows->data() + row * stride,
                       [&](float x) { return x * row_scale; });
        (*biases)[row] = side.rows.state(row).bias * scale_.deviation;
      }
    });
    return {FrozenArray<float>(rows, std::as_const(*rows).span()),
            FrozenArray<float>(biases, std::as_const(*biases).span())};
  };
  Copied users = copy(state.users());
  Copied items = copy(state.items());
  FactorModel::Parts parts;
  parts.rank = static_cast<std::uint32_t>(options_.rank);
  parts.stride = stride;
  parts.biases = options_.biases;
  parts.mean = scale_.mean;
  parts.range = scale_.range;
  parts.users.factors = std::move(users.rows);
  parts.users.biases = std::move(users.biases);
  parts.items.factors = std::move(items.rows);
  parts.items.biases = std::move(items.biases);
  parts.fold_in = fold_in_penalty(options_, scale_);
  parts.users.ids = users_;
  parts.items.ids = items_;
  return FactorModel(std::move(parts));
}

}  // namespace mfpar
