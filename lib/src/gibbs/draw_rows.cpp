// SPDX-License-Identifier: MIT
//
// n: ratings of a row. A row's precision is Lambda + alpha X'X, X being its n rows (q, 1); with
// U'U = precision and z standard normal, U^-1 (U'^-1 (Lambda m + alpha X'y) + z) is a draw.
#include "gibbs/draw_rows.hpp"

#include <algorithm>
#include <cmath>

#include "base/aligned_buffer.hpp"
#include "base/partition.hpp"
#include "gibbs/moments.hpp"
#include "gibbs/ordinal_ratings.hpp"
#include "gibbs/random_draws.hpp"

namespace mfpar {

namespace {

constexpr std::size_t kDrawPartitions = 512;
constexpr std::size_t kRowsAtOnce = 32;

/// Draws one row after the other; keeps its memory.
class RowSampler {
 public:
  RowSampler(const RowConditionals& conditionals, const KernelSet& kernels)
      : given_(conditionals),
        kernels_(kernels),
        size_(conditionals.others.rank),
        stride_((size_ + 7) / 8 * 8),
        precision_(size_ * stride_),
        block_(kRowsAtOnce * stride_),
        matrix_(stride_ * stride_),
        vector_(stride_) {
    for (std::size_t i = 0; i < size_; ++i) {
      for (std::size_t j = 0; j < size_; ++j) {
        precision_[i * stride_ + j] =
            given_.prior.precision(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j));
      }
    }
  }

  void draw(std::uint32_t row, float* to, std::uint64_t seed) {
    RandomDraws draws(seed);
    start(row);
    add_ratings(row, to, draws);
    kernels_.cholesky(matrix_.data(), size_, stride_);
    finish(draws);
    for (std::size_t f = 0; f < size_; ++f) to[f] = static_cast<float>(vector_[f]);
  }

 private:
  /// Precision and right side of the prior alone.
  void start(std::uint32_t row) {
    std::copy_n(precision_.data(), size_ * stride_, matrix_.data());
    const float* const means =
        given_.prior_means != nullptr ? given_.prior_means + row * given_.others.stride() : nullptr;
    std::fill_n(vector_.data(), stride_, 0.0);
    for (std::size_t i = 0; i < size_; ++i) {
      double mean = given_.prior.mean(static_cast<Eigen::Index>(i));
      if (means != nullptr) mean += double{means[i]};
      for (std::size_t j = 0; j < stride_; ++j) vector_[j] += mean * precision_[i * stride_ + j];
    }
  }

  void add_ratings(std::uint32_t row, const float* before, RandomDraws& draws) {
    const auto others = given_.ratings.who.of(row);
    const auto targets = given_.ratings.targets_of(row);
    const std::size_t rank = size_ - 1;
    const double precision = given_.noise_precision * double{given_.weights[row]};
    for (std::size_t first = 0; first < others.size(); first += kRowsAtOnce) {
      const std::size_t count = std::min(kRowsAtOnce, others.size() - first);
      for (std::size_t n = 0; n < count; ++n) {
        const std::uint32_t index = others[first + n];
        const float* const other = given_.others.row(index);
        const double root = std::sqrt(precision * double{given_.weights_of_others[index]});
        double* const x = block_.data() + n * stride_;
        for (std::size_t f = 0; f < rank; ++f) x[f] = root * double{other[f]};
        x[rank] = root;
        double rating = double{targets[first + n]};
        if (given_.link != nullptr) {
          rating = draw_latent(*given_.link, given_.of == Entity::kUser ? row : index,
                               static_cast<std::size_t>(targets[first + n]),
                               double{score_of(before, other, static_cast<std::uint32_t>(rank))},
                               1.0 / root, draws);
        }
        const double target = root * (rating - double{other[rank]});
        for (std::size_t f = 0; f < stride_; ++f) vector_[f] += x[f] * target;
      }
      kernels_.gram({block_.data(), count, size_, stride_, matrix_.data()});
    }
  }

  /// Solves with the factor, noise added halfway.
  void finish(RandomDraws& draws) {
    for (std::size_t i = 0; i < size_; ++i) {
      const double* const u = matrix_.data() + i * stride_;
      vector_[i] /= u[i];
      for (std::size_t j = i + 1; j < size_; ++j) vector_[j] -= vector_[i] * u[j];
      vector_[i] += draws.normal();
    }
    for (std::size_t i = size_; i-- > 0;) {
      const double* const u = matrix_.data() + i * stride_;
      double left = vector_[i];
      for (std::size_t j = i + 1; j < size_; ++j) left -= u[j] * vector_[j];
      vector_[i] = left / u[i];
    }
  }

  const RowConditionals& given_;
  const KernelSet& kernels_;
  const std::size_t size_;
  const std::size_t stride_;         ///< of doubles
  AlignedBuffer<double> precision_;  ///< Lambda
  AlignedBuffer<double> block_;      ///< some rows (q, 1), times the root of alpha
  AlignedBuffer<double> matrix_;
  AlignedBuffer<double> vector_;
};

}  // namespace

void draw_rows(const RowConditionals& conditionals, float* rows, std::uint64_t seed,
               const KernelSet& kernels, const Workers& workers) {
  const Positives& who = conditionals.ratings.who;
  const std::vector<std::uint32_t> cuts = balanced_boundaries(who.offsets, kDrawPartitions);
  workers.for_each(cuts.size() - 1, [&](std::size_t part) {
    RowSampler sampler(conditionals, kernels);
    for (std::uint32_t row = cuts[part]; row < cuts[part + 1]; ++row) {
      if (who.count(row) == 0) continue;
      sampler.draw(row, rows + row * conditionals.others.stride(), derive_seed(seed, row));
    }
  });
}

}  // namespace mfpar
