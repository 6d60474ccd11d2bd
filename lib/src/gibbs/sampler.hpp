// SPDX-License-Identifier: MIT
//
// Bayesian probabilistic matrix factorisation by Gibbs sampling (Salakhutdinov, Mnih 2008), with
// biases as one more factor whose counterpart is 1, priors of their own for users and items, and
// prior means that depend on who rated what and on features (Effects). Ratings are standardised:
// mean 0, standard deviation 1.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/parallel.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "compute/one_class.hpp"
#include "gibbs/effects.hpp"
#include "gibbs/ratings_by_row.hpp"
#include "gibbs/row_prior.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// What the prior means of a side depend on.
struct SamplerSide {
  bool links = false;                  ///< who rated what
  const Positives* features = nullptr;  ///< by row, none without features
};

struct SamplerOptions {
  std::uint32_t rank = 0;
  std::uint64_t seed = 0;
  SamplerSide users;
  SamplerSide items;
};

/// A chain of samples. One thread calls; loops inside use all workers, and give the same bytes for
/// any number of them.
class GibbsSampler {
 public:
  /// Starts from small random factors. All that is given must outlive the sampler.
  GibbsSampler(const RatingsByRow& by_user, const RatingsByRow& by_item,
               const SamplerOptions& options, const KernelSet& kernels, const Workers& workers);

  /// Goes on from where `other` stands, which may have had other ratings of the same users and
  /// items, and other effects.
  void start_from(const GibbsSampler& other);

  /// Draws everything once more, each given all else.
  void sweep();

  /// Sweeps so far, those of the sampler that this one started from included.
  std::uint64_t sweeps() const noexcept { return sweeps_; }

  /// rank factors and the bias of each row, those of rows without ratings too: what the prior
  /// expects them to be.
  FactorRows rows(Entity of) const noexcept;

  double noise_precision() const noexcept { return noise_precision_; }
  const std::vector<float>& weights(Entity of) const noexcept { return side(of).weights; }
  double nu(Entity of) const noexcept { return side(of).nu; }

  /// The effects of a side; none where its prior depends on nothing.
  const std::optional<Effects>& effects(Entity of) const noexcept { return side(of).effects; }

 private:
  struct Side {
    explicit Side(const RatingsByRow& its_ratings) : ratings(its_ratings) {}

    const RatingsByRow& ratings;
    AlignedBuffer<float> rows;
    Positives feature_rows_of;  ///< features by column
    std::optional<Effects> effects;
    RowPrior prior;
    std::vector<float> weights;
    double nu = 30;
  };

  Side& side(Entity of) noexcept { return of == Entity::kUser ? users_ : items_; }
  const Side& side(Entity of) const noexcept { return of == Entity::kUser ? users_ : items_; }

  void start(Entity of);
  void draw_side(Entity of);
  RowMoments moments(const Side& side) const;
  void expect_unrated(Side& side);
  void rescale_effects(Entity of);
  void draw_noise();
  std::vector<double> squared_errors(Entity of) const;
  void draw_weights(Entity of);

  const SamplerOptions options_;
  const KernelSet& kernels_;
  const Workers& workers_;
  Side users_;
  Side items_;
  double noise_precision_ = 1.4;
  std::uint64_t sweeps_ = 0;
};

}  // namespace mfpar
