// SPDX-License-Identifier: MIT
//
// Bayesian probabilistic matrix factorisation by Gibbs sampling (Salakhutdinov, Mnih 2008). Ratings
// are standardised, to mean 0 and standard deviation 1:
//
//   r_ui = b_u + b_i + p_u.q_i + noise,  noise ~ N(0, 1 / (alpha w_u)),
//
// the bias of a row being one more factor of it, whose counterpart is 1. Users and items have
// priors of their own, whose means depend on who rated what and on features (Effects). alpha is
// drawn, and so is how far a user is from being as regular as others: w_u ~ Gamma, of mean 1.
#pragma once

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
#include "mfpar/features.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// What the prior means of a side depend on.
struct SamplerSide {
  bool links = false;                  ///< on who rated what
  const Features* features = nullptr;  ///< of each row; null without
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
  /// Starts from small random factors. All but the options must outlive the sampler.
  GibbsSampler(const RatingsByRow& by_user, const RatingsByRow& by_item,
               const SamplerOptions& options, const KernelSet& kernels, const Workers& workers);

  /// Goes on from where `other` stands, which may have had other ratings of the same users and
  /// items, so that the effects of who rated what are others too.
  void start_from(const GibbsSampler& other);

  /// Draws everything once more, each given all else.
  void sweep();

  /// Those of the sampler that this one started from included.
  std::uint64_t sweeps() const noexcept { return sweeps_; }

  /// rank factors and the bias behind them. A row without ratings is what one of its features is
  /// expected to be.
  FactorRows rows(Entity of) const noexcept;

  double noise_precision() const noexcept { return noise_precision_; }
  std::span<const float> user_weights() const noexcept { return users_.weights; }

  /// The strengths of the effects of a side, one for each block: those of who rated what first.
  std::span<const double> strengths(Entity of) const noexcept;

 private:
  /// What rows are expected to be, and how far they are from it.
  struct Expectation {
    std::optional<Effects> effects;  ///< none where nothing is known
    RowPrior prior;
  };

  struct Side {
    explicit Side(const RatingsByRow& its_ratings) : ratings(its_ratings) {}

    const RatingsByRow& ratings;
    AlignedBuffer<float> rows;
    std::vector<float> weights;  ///< of the noise's precision, w
    Expectation expected;

    /// Of rows without ratings, from their features alone: effects that are learnt beside those of
    /// who rated what are off without them.
    std::optional<Expectation> expected_unrated;
  };

  Side& side(Entity of) noexcept { return of == Entity::kUser ? users_ : items_; }
  const Side& side(Entity of) const noexcept { return of == Entity::kUser ? users_ : items_; }

  void start(Entity of);
  void draw_side(Entity of);
  void draw_expectation(Side& side, Expectation& expected, std::uint64_t seed);
  void expect_unrated(Side& side);
  void draw_noise();

  const SamplerOptions options_;
  const KernelSet& kernels_;
  const Workers& workers_;
  Side users_;
  Side items_;
  double noise_precision_;
  std::uint64_t sweeps_ = 0;
};

}  // namespace mfpar
