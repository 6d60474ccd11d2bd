// SPDX-License-Identifier: MIT
//
// How much the scores of all pairs of user and item vary from sample to sample, as a product of two
// small rows. That variance is smooth: how well a user is known and how well an item, a little more
// where both lie along the same factors. So its matrix has a low rank, which some of its columns
// and rows (landmarks: a few items, and a few users) span:
//
//   variance_ui = y_u' K z_i,
//
// y_u being the variances of user u's scores for the landmark items, z_i those of the landmark
// users' scores for item i, and K a matrix that a ridge regression finds from some random pairs
// (a CUR decomposition, Mahoney and Drineas 2009, whose middle is fitted).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/parallel.hpp"
#include "compute/kernels/kernel_set.hpp"
#include "gibbs/ratings_by_row.hpp"
#include "gibbs/sampler.hpp"
#include "io/section_reader.hpp"
#include "io/section_writer.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// The variance of the score of user u and item i is max(0, users_u . items_i), in the units of the
/// sampler. A row for each user and item, and a last one for those of whom nothing is known.
struct VarianceFactors {
  std::uint32_t rank = 0;
  std::vector<float> users;
  std::vector<float> items;
  std::vector<float> noise;  ///< the mean variance of each user's noise
};

/// Takes samples one by one. Not synchronised; the same bytes for any number of workers. Keeps some
/// 200 bytes a row.
class VarianceTrace {
 public:
  /// The ratings sampled from, which outlive this.
  VarianceTrace(const RatingsByRow& by_user, const RatingsByRow& by_item, std::uint64_t seed);

  /// Takes the sample that the sampler stands at.
  void add(const GibbsSampler& sampler, const Workers& workers);

  std::size_t samples() const noexcept { return samples_; }

  /// Adds all of it to a file, in copies, and takes it from one. Throws Error(kBadFile) for a trace
  /// of other ratings.
  void save(SectionWriter& file) const;
  void restore(const SectionReader& file);

  /// Of at most `rank`. REQUIRES: two samples were added.
  VarianceFactors finish(std::uint32_t rank, const KernelSet& kernels) const;

 private:
  /// Of one number for each of some pairs: running means, and sums of squared differences from
  /// them (Welford 1962).
  struct Moments {
    explicit Moments(std::size_t pairs) : means(pairs), squares(pairs) {}
    void add(std::size_t pair, float score, std::size_t count) {
      const float step = score - means[pair];
      means[pair] += step / static_cast<float>(count);
      squares[pair] += step * (score - means[pair]);
    }

    void save(SectionWriter& file, const std::string& prefix) const;
    void restore(const SectionReader& file, const std::string& prefix);

    std::vector<float> means, squares;
  };

  struct Side {
    Side(const RatingsByRow& its_ratings, std::uint64_t seed);

    std::uint32_t rows() const noexcept { return ratings.who.rows(); }

    const RatingsByRow& ratings;
    std::vector<std::uint32_t> landmarks;
  };

  struct SideFeatures;
  struct Middle;

  /// Indices; the number of rows of a side stands for those of whom nothing is known.
  struct Pair {
    std::uint32_t user, item;
  };

  void choose_pairs(std::uint64_t seed);
  void add_side(const Side& side, const FactorRows& rows, const Side& others,
                const FactorRows& other_rows, const std::vector<float>& unknown, Moments& moments,
                const Workers& workers) const;
  std::vector<float> draw_unknown(const Side& side, const FactorRows& rows, Entity of) const;
  std::vector<float> variances(const Side& side, std::size_t landmarks,
                               const Moments& moments) const;
  std::vector<float> variances_of_pairs() const;
  Middle fit_middle(const SideFeatures& users, const SideFeatures& items,
                    std::span<const float> targets, const KernelSet& kernels) const;
  std::vector<float> mean_noise() const;
  void put_sums_right(std::span<const float> targets, VarianceFactors& factors) const;

  const std::uint64_t seed_;
  const Side users_, items_;
  Moments of_users_;  ///< (users + 1) x landmark items
  Moments of_items_;  ///< (items + 1) x landmark users
  std::vector<Pair> pairs_;
  Moments of_pairs_;
  std::vector<double> noise_;  ///< sums
  std::size_t samples_ = 0;
};

}  // namespace mfpar
