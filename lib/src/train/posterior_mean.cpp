// SPDX-License-Identifier: MIT
#include "train/posterior_mean.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "base/partition.hpp"
#include "io/restore_array.hpp"

namespace mfpar {

namespace {

// Factors that are kept of the mean while samples are added, beyond those that are saved; what is
// lost with the others is less than what is left out in the end.
constexpr std::uint32_t kSpareFactors = 32;

// The model keeps this share of the squares of the mean, or all that posterior-rank allows.
constexpr double kKeptShare = 0.9995;

constexpr std::size_t kCopyPartitions = 64;

/// One side of a sample, in the units of a model.
struct SampleSide {
  MeanOfModels::TermSide term(std::uint32_t rank) const {
    return {{factors.data(), static_cast<std::uint32_t>(biases.size()), rank}, biases};
  }

  AlignedBuffer<float> factors;
  std::vector<float> biases;
};

SampleSide side_of(const FactorRows& rows, float factor_unit, float bias_unit,
                   const Workers& workers) {
  const std::uint32_t rank = rows.rank - 1;
  SampleSide side{AlignedBuffer<float>(rows.count * row_stride(rank)),
                  std::vector<float>(rows.count)};
  workers.for_each(kCopyPartitions, [&](std::size_t partition) {
    const Range range = even_range(rows.count, kCopyPartitions, partition);
    for (std::size_t row = range.begin; row < range.end; ++row) {
      float* const to = side.factors.data() + row * row_stride(rank);
      for (std::uint32_t f = 0; f < rank; ++f) to[f] = factor_unit * rows.row(row)[f];
      side.biases[row] = bias_unit * rows.row(row)[rank];
    }
  });
  return side;
}

FactorModel::Side model_side(const std::shared_ptr<const IdDictionary>& ids,
                             MeanOfModels::ModelSide side) {
  const auto rows = std::make_shared<AlignedBuffer<float>>(std::move(side.factors));
  return {ids, FrozenArray<float>(rows, std::as_const(*rows).span()),
          FrozenArray<float>(std::move(side.biases))};
}

}  // namespace

// The mean is not centred: what nothing is known of has the factors and bias 0, as its prior would
// nearly have it. Centred by number of ratings, items that are new would be taken for popular ones:
// MovieLens latest-small 1.36 on them, 1.17 as it is.
PosteriorMean::PosteriorMean(const RatingStatistics& statistics, TargetScale scale,
                             const TrainOptions& options, const KernelSet& kernels)
    : statistics_(statistics),
      scale_(scale),
      rank_(static_cast<std::uint32_t>(options.rank)),
      most_factors_(static_cast<std::uint32_t>(options.gibbs.posterior_rank)),
      user_weights_(statistics.user_counts.begin(), statistics.user_counts.end()),
      item_weights_(statistics.item_counts.begin(), statistics.item_counts.end()),
      mean_({.weights = user_weights_}, {.weights = item_weights_}, most_factors_ + kSpareFactors,
            kernels, /*centred=*/false) {}

void PosteriorMean::add(const GibbsSampler& sampler, const Workers& workers) {
  const float deviation = scale_.width;
  const SampleSide users = side_of(sampler.rows(Entity::kUser), deviation, deviation, workers);
  const SampleSide items = side_of(sampler.rows(Entity::kItem), 1.0f, deviation, workers);
  mean_.add({.mean = scale_.origin, .users = users.term(rank_), .items = items.term(rank_)},
            workers);
  noise_sum_ += 1.0 / sampler.noise_precision();
  ++samples_;
}

PosteriorMean::Model PosteriorMean::finish(const RatingStore::Parts& store,
                                           const Workers& workers) const {
  MeanOfModels::Model mean = mean_.finish(most_factors_, kKeptShare, workers);
  Model model{.parts = {}, .dropped = mean.dropped};
  model.parts.fold_in = scale_for_fold_in(mean);
  model.parts.rank = mean.rank;
  model.parts.stride = row_stride(mean.rank);
  model.parts.mean = mean.mean;
  model.parts.range = statistics_.scale.range;
  model.parts.users = model_side(store.users, std::move(mean.users));
  model.parts.items = model_side(store.items, std::move(mean.items));
  return model;
}

/// A penalty alike for all factors takes them to vary alike. Those of users are made to, the
/// weighted variance of each becoming c^2, and items give way, so that both sides vary by as much
/// on average. Then a user's prior precision, in units of the noise's, is noise variance / c^2.
FoldInPenalty PosteriorMean::scale_for_fold_in(MeanOfModels::Model& mean) const {
  const std::size_t stride = row_stride(mean.rank);
  double total_weight = 0.0, bias_squares = 0.0;
  std::vector<double> variances(mean.rank);
  for (std::size_t user = 0; user < user_weights_.size(); ++user) {
    const double weight = double{user_weights_[user]};
    total_weight += weight;
    bias_squares += weight * double{mean.users.biases[user]} * double{mean.users.biases[user]};
    for (std::uint32_t f = 0; f < mean.rank; ++f) {
      const double factor = double{mean.users.factors[user * stride + f]};
      variances[f] += weight * factor * factor;
    }
  }
  constexpr double kLeastVariance = 1e-12;
  double squares = 0.0;
  for (double& variance : variances) {
    variance = std::max(variance / total_weight, kLeastVariance);
    squares += variance * variance;
  }
  const double common = std::sqrt(squares / mean.rank);  // c^2
  for (std::uint32_t f = 0; f < mean.rank; ++f) {
    const auto scale = static_cast<float>(std::sqrt(common / variances[f]));
    for (std::size_t at = f; at < mean.users.factors.size(); at += stride) {
      mean.users.factors[at] *= scale;
    }
    for (std::size_t at = f; at < mean.items.factors.size(); at += stride) {
      mean.items.factors[at] /= scale;
    }
  }
  const double deviation = double{scale_.width};
  const double noise = deviation * deviation * noise_variance();
  const double bias_variance = std::max(bias_squares / total_weight, kLeastVariance);
  constexpr double kLeast = 1e-6, kMost = 1e6;
  return {.factors = static_cast<float>(std::clamp(noise / common, kLeast, kMost)),
          .bias = static_cast<float>(std::clamp(noise / bias_variance, kLeast, kMost)),
          .exponent = 1.0f};
}

void PosteriorMean::save(SectionWriter& file) const {
  mean_.save(file);
  file.add_value("mean.noise", noise_sum_);
  file.add_value("mean.samples", std::uint64_t{samples_});
}

void PosteriorMean::restore(const SectionReader& file) {
  mean_.restore(file);
  noise_sum_ = saved_array<double>(file, "mean.noise", 1, Sign::kNotNegative)[0];
  samples_ = saved_array<std::uint64_t>(file, "mean.samples", 1)[0];
  if (samples_ != mean_.terms()) {
    file.fail("mean.samples", 0,
              std::to_string(samples_) + " samples, whose mean is of " +
                  std::to_string(mean_.terms()) + ", cannot be");
  }
}

}  // namespace mfpar
