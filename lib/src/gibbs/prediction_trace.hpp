// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "io/section_reader.hpp"
#include "io/section_writer.hpp"

namespace mfpar {

/// How far a chain of samples is from having said all it has to say.
struct Convergence {
  /// The root of (variance within halves of the chain + variance between their means) over that
  /// within: 1 where both halves say the same (split R-hat; Gelman et al., "Bayesian data
  /// analysis", 2013, section 11.4).
  double r_hat = 1.0;

  /// How many independent samples would give as sure a mean.
  double effective_samples = 0.0;

  /// The variance of the mean itself: what more samples would still take from its squared error.
  double monte_carlo_variance = 0.0;

  /// The variance of a sample about the mean.
  double variance = 0.0;
};

/// What a chain of samples predicts for some pairs. Not synchronised.
class PredictionTrace {
 public:
  explicit PredictionTrace(std::size_t pairs);

  /// The predictions of one more sample, a number a pair.
  void add(std::span<const float> predictions);

  std::size_t pairs() const noexcept { return sums_.size(); }
  std::size_t samples() const noexcept { return samples_; }
  double mean(std::size_t pair) const noexcept {
    return sums_[pair] / static_cast<double>(samples_);
  }
  double variance(std::size_t pair) const noexcept;

  /// Over all pairs, their variances averaged. Holds the means of the first half of the samples
  /// against those of the second, so that a chain that still drifts is found out. Of 16 samples or
  /// more; before, nothing is known, and the Monte Carlo variance is infinite.
  Convergence convergence() const;

  /// Adds all of it to a file, in copies, and takes it from one. Throws Error(kBadFile) for a trace
  /// of other pairs.
  void save(SectionWriter& file) const;
  void restore(const SectionReader& file);

 private:
  std::size_t samples_ = 0;
  std::vector<double> sums_;
  std::vector<double> squares_;

  /// Sums over blocks of `block_samples_` samples in succession, and of those since the last one.
  /// When there are kMostBlocks, every two become one.
  std::vector<std::vector<float>> blocks_;
  std::vector<float> open_block_;
  std::size_t block_samples_ = 1;
  std::size_t open_samples_ = 0;
};

}  // namespace mfpar
