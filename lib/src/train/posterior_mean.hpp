// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "base/parallel.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/mean_of_models.hpp"
#include "compute/rating_statistics.hpp"
#include "gibbs/sampler.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/train_options.hpp"

namespace mfpar {

/// The mean of the samples of a Gibbs sampler, as a model in the units of its scores. Not
/// synchronised; the same bytes for any number of workers.
class PosteriorMean {
 public:
  /// The statistics of the ratings sampled from, which outlive this, and what the sampler's units
  /// are: a score of the model is origin + width times its score.
  PosteriorMean(const RatingStatistics& statistics, TargetScale scale, const TrainOptions& options,
                const KernelSet& kernels);

  /// Takes the sample that the sampler stands at.
  void add(const GibbsSampler& sampler, const Workers& workers);

  /// How many were taken.
  std::size_t samples() const noexcept { return samples_; }

  /// Of the samples on average, in the units of the sampler. REQUIRES: a sample was added.
  double noise_variance() const noexcept { return noise_sum_ / static_cast<double>(samples_); }

  /// Adds all of it to a file, in copies, and takes it from one. Throws Error(kBadFile) for samples
  /// of other ratings.
  void save(SectionWriter& file) const;
  void restore(const SectionReader& file);

  struct Model {
    FactorModel::Parts parts;  ///< without lists and record
    double dropped = 0.0;      ///< see MeanOfModels
  };

  /// Of users and items of the store. REQUIRES: a sample was added.
  Model finish(const RatingStore::Parts& store, const Workers& workers) const;

 private:
  FoldInPenalty scale_for_fold_in(MeanOfModels::Model& mean) const;

  const RatingStatistics& statistics_;
  const TargetScale scale_;
  const std::uint32_t rank_;
  const std::uint32_t most_factors_;
  const std::vector<float> user_weights_, item_weights_;  ///< ratings of each row
  MeanOfModels mean_;
  double noise_sum_ = 0.0;  ///< of the samples' noise variances
  std::size_t samples_ = 0;
};

}  // namespace mfpar
