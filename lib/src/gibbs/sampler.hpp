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
#include "io/section_reader.hpp"
#include "io/section_writer.hpp"
#include "mfpar/features.hpp"
#include "mfpar/ordinal_link.hpp"
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
  SamplerSide users = {};
  SamplerSide items = {};

  /// Where targets are positions of its values, of which latent ratings are drawn (see
  /// ordinal_ratings.hpp); null: they are standardised ratings.
  const OrdinalLink* link = nullptr;
};

/// A chain of samples. One thread calls; loops inside use all workers, and give the same bytes for
/// any number of them.
class GibbsSampler {
 public:
  /// Starts from small random factors. All but the options must outlive the sampler.
  GibbsSampler(const RatingsByRow& by_user, const RatingsByRow& by_item,
               const SamplerOptions& options, const KernelSet& kernels, const Workers& workers);

  /// Draws everything once more, each given all else. Throws Error(kDiverged) where the sample is
  /// not finite.
  void sweep();

  /// Adds what the next sweep depends on to a file, in copies, and takes it from one, as it was
  /// after so many sweeps. Throws Error(kBadFile) for what a sampler of other ratings or options
  /// left, or none.
  void save(SectionWriter& file) const;
  void restore(const SectionReader& file, std::uint64_t sweeps);

  /// rank factors and the bias behind them; zeros without ratings.
  FactorRows rows(Entity of) const noexcept;

  double noise_precision() const noexcept { return noise_precision_; }

  /// The sum over all ratings, or latent ratings, of the squared error of the last sweep's sample.
  double squared_error() const noexcept { return squared_error_; }

  std::span<const float> user_weights() const noexcept { return users_.weights; }

  /// The strengths of the effects of a side, one for each block: those of who rated what first.
  std::span<const double> strengths(Entity of) const noexcept;

 private:
  struct Side {
    explicit Side(const RatingsByRow& its_ratings) : ratings(its_ratings) {}

    const RatingsByRow& ratings;
    AlignedBuffer<float> rows;
    std::vector<float> weights;  ///< of the noise's precision, w
    RowPrior prior;
    std::optional<Effects> effects;  ///< none where prior means depend on nothing
  };

  Side& side(Entity of) noexcept { return of == Entity::kUser ? users_ : items_; }
  const Side& side(Entity of) const noexcept { return of == Entity::kUser ? users_ : items_; }

  void start(Entity of);
  void draw_side(Entity of);
  void draw_prior(Side& side, std::uint64_t seed);
  std::vector<double> errors_of_users() const;
  void draw_noise();

  const SamplerOptions options_;
  const KernelSet& kernels_;
  const Workers& workers_;
  Side users_;
  Side items_;
  double noise_precision_;
  double squared_error_ = 0.0;
  std::uint64_t sweeps_ = 0;
};

}  // namespace mfpar
