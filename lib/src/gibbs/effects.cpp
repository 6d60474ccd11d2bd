// SPDX-License-Identifier: MIT
#include "gibbs/effects.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "base/partition.hpp"
#include "io/restore_array.hpp"

namespace mfpar {

namespace {

// Sums and draws depend on where rows are cut, and so this is fixed.
constexpr std::size_t kEffectPartitions = 64;

// Iterations end when the residual's squares are this share of the right side's, for each factor.
// MovieLens latest-small: from 1e-5 to 1e-3 the error after 200 samples differs by chance.
constexpr double kTolerance = 1e-3;
constexpr int kMostIterations = 100;

enum class EffectDraw : std::uint64_t { kRows, kColumns, kStrengths };

/// The sums that body(range, sums) makes for ranges of [0, count), added up in order.
template <class Body>
std::vector<double> sum_over(std::size_t count, std::size_t size, const Workers& workers,
                             const Body& body) {
  std::vector<std::vector<double>> parts(kEffectPartitions, std::vector<double>(size));
  workers.for_each(kEffectPartitions, [&](std::size_t partition) {
    body(even_range(count, kEffectPartitions, partition), parts[partition].data());
  });
  std::vector<double> total(size);
  for (const auto& part : parts) {
    for (std::size_t f = 0; f < size; ++f) total[f] += part[f];
  }
  return total;
}

/// Adds to each row a draw of N(0, precision^-1), times scales[row] or 1.
void add_noise(AlignedBuffer<float>& rows, std::uint32_t count, std::uint32_t size,
               const Eigen::LLT<Eigen::MatrixXd>& precision, const std::vector<float>* scales,
               std::uint64_t seed, const Workers& workers) {
  constexpr std::size_t kAtOnce = 64;
  const std::size_t stride = row_stride(size);
  workers.for_each(kEffectPartitions, [&](std::size_t partition) {
    const Range range = even_range(count, kEffectPartitions, partition);
    RandomDraws draws(derive_seed(seed, partition));
    Eigen::MatrixXd noise(size, kAtOnce);
    for (std::size_t row = range.begin; row < range.end; row += kAtOnce) {
      const std::size_t here = std::min(kAtOnce, range.end - row);
      const auto columns = static_cast<Eigen::Index>(here);
      for (Eigen::Index n = 0; n < columns; ++n) {
        for (Eigen::Index f = 0; f < noise.rows(); ++f) noise(f, n) = draws.normal();
      }
      precision.matrixU().solveInPlace(noise);
      for (std::size_t n = 0; n < here; ++n) {
        float* const to = rows.data() + (row + n) * stride;
        const float scale = scales != nullptr ? std::sqrt((*scales)[row + n]) : 1.0f;
        for (std::uint32_t f = 0; f < size; ++f) {
          to[f] += scale * static_cast<float>(noise(f, static_cast<Eigen::Index>(n)));
        }
      }
    }
  });
}

}  // namespace

Effects::Effects(Design design, std::uint32_t size)
    : design_(std::move(design)),
      size_(size),
      column_squares_(design_.column_squares()),
      values_(design_.columns() * row_stride(size)),
      means_(design_.rows() * row_stride(size)),
      of_rows_(means_.size()),
      right_side_(values_.size()),
      direction_(values_.size()),
      image_(values_.size()),
      diagonal_(design_.columns()),
      shift_(design_.columns()) {
  for (const DesignBlock& block : design_.blocks()) strengths_.push_back(block.strength);
}

FactorRows Effects::block_values(std::size_t block) const noexcept {
  return {values_.data() + design_.first_column(block) * row_stride(size_),
          design_.blocks()[block].columns(), size_};
}

Eigen::MatrixXd Effects::weighted_products(const KernelSet& kernels, const Workers& workers) const {
  Eigen::MatrixXd products = Eigen::MatrixXd::Zero(size_, size_);
  for (std::size_t block = 0; block < strengths_.size(); ++block) {
    products += strengths_[block] * gram_matrix(block_values(block), kernels, workers);
  }
  return products;
}

int Effects::draw(const FactorRows& rows, const Positives& rated, const RowPrior& prior,
                  std::uint64_t seed, const KernelSet& kernels, const Workers& workers) {
  assert(rows.count == design_.rows() && rows.rank == size_);
  for (std::size_t block = 0; block < strengths_.size(); ++block) {
    const std::uint32_t first = design_.first_column(block);
    for (std::uint32_t c = first; c < first + design_.blocks()[block].columns(); ++c) {
      shift_[c] = static_cast<float>(strengths_[block]);
      diagonal_[c] = column_squares_[c] + shift_[c];
    }
  }
  set_right_side(rows, rated, prior, seed, kernels, workers);
  const int iterations = solve(kernels, workers);
  design_.multiply(values_.data(), means_.data(), kernels, workers);
  draw_strengths(prior, seed, kernels, workers);
  return iterations;
}

void Effects::set_right_side(const FactorRows& rows, const Positives& rated, const RowPrior& prior,
                             std::uint64_t seed, const KernelSet& kernels, const Workers& workers) {
  const std::size_t stride = row_stride(size_);
  const Eigen::LLT<Eigen::MatrixXd> precision(prior.precision);
  const Eigen::VectorXf mean = prior.mean.cast<float>();
  workers.for_each(kEffectPartitions, [&](std::size_t partition) {
    const Range range = even_range(rows.count, kEffectPartitions, partition);
    for (std::size_t row = range.begin; row < range.end; ++row) {
      const bool is_rated = rated.count(static_cast<std::uint32_t>(row)) > 0;
      for (std::uint32_t f = 0; f < size_; ++f) {
        of_rows_[row * stride + f] =
            is_rated ? rows.row(row)[f] - mean(f) : means_[row * stride + f];
      }
    }
  });
  add_noise(of_rows_, rows.count, size_, precision, nullptr, derive_seed(seed, EffectDraw::kRows),
            workers);
  design_.multiply_transposed(of_rows_.data(), right_side_.data(), kernels, workers);
  add_noise(right_side_, design_.columns(), size_, precision, &shift_,
            derive_seed(seed, EffectDraw::kColumns), workers);
}

/// out = (X'X + S) effects
void Effects::apply(const float* effects, float* out, const KernelSet& kernels,
                    const Workers& workers) {
  design_.multiply(effects, of_rows_.data(), kernels, workers);
  design_.multiply_transposed(of_rows_.data(), out, kernels, workers);
  const std::size_t stride = row_stride(size_);
  workers.for_each(kEffectPartitions, [&](std::size_t partition) {
    const Range range = even_range(design_.columns(), kEffectPartitions, partition);
    for (std::size_t c = range.begin; c < range.end; ++c) {
      for (std::size_t f = 0; f < stride; ++f) {
        out[c * stride + f] += shift_[c] * effects[c * stride + f];
      }
    }
  });
}

/// A system for each factor, all of the same matrix, side by side.
int Effects::solve(const KernelSet& kernels, const Workers& workers) {
  const std::size_t stride = row_stride(size_), columns = design_.columns();
  float* const x = values_.data();
  float* const r = right_side_.data();
  float* const d = direction_.data();
  float* const image = image_.data();

  /// The sums over columns of left[f] right[f] / diagonal, or without it.
  const auto products = [&](const float* left, const float* right, bool preconditioned) {
    return sum_over(columns, size_, workers, [&](Range range, double* sums) {
      for (std::size_t c = range.begin; c < range.end; ++c) {
        const float scale = preconditioned ? 1.0f / diagonal_[c] : 1.0f;
        for (std::size_t f = 0; f < size_; ++f) {
          sums[f] += double{left[c * stride + f] * (right[c * stride + f] * scale)};
        }
      }
    });
  };
  const auto for_columns = [&](const auto& body) {
    workers.for_each(kEffectPartitions, [&](std::size_t partition) {
      const Range range = even_range(columns, kEffectPartitions, partition);
      for (std::size_t c = range.begin; c < range.end; ++c) body(c);
    });
  };

  const Sums wanted = products(r, r, false);
  apply(x, image, kernels, workers);
  for_columns([&](std::size_t c) {
    for (std::size_t at = c * stride; at < (c + 1) * stride; ++at) {
      r[at] -= image[at];
      d[at] = r[at] / diagonal_[c];
    }
  });
  Sums left = products(r, r, true);
  std::vector<float> step(stride), kept(stride);
  int iterations = 0;
  while (iterations < kMostIterations) {
    const Sums rest = products(r, r, false);
    bool enough = true;
    for (std::size_t f = 0; f < size_; ++f) enough = enough && rest[f] <= kTolerance * wanted[f];
    if (enough) break;
    ++iterations;
    apply(d, image, kernels, workers);
    const Sums curvature = products(d, image, false);
    for (std::size_t f = 0; f < size_; ++f) {
      step[f] = curvature[f] > 0.0 ? static_cast<float>(left[f] / curvature[f]) : 0.0f;
    }
    for_columns([&](std::size_t c) {
      for (std::size_t f = 0, at = c * stride; f < stride; ++f, ++at) {
        x[at] += step[f] * d[at];
        r[at] -= step[f] * image[at];
      }
    });
    const Sums before = std::exchange(left, products(r, r, true));
    for (std::size_t f = 0; f < size_; ++f) {
      kept[f] = before[f] > 0.0 ? static_cast<float>(left[f] / before[f]) : 0.0f;
    }
    for_columns([&](std::size_t c) {
      for (std::size_t f = 0, at = c * stride; f < stride; ++f, ++at) {
        d[at] = r[at] / diagonal_[c] + kept[f] * d[at];
      }
    });
  }
  return iterations;
}

void Effects::draw_strengths(const RowPrior& prior, std::uint64_t seed, const KernelSet& kernels,
                             const Workers& workers) {
  constexpr double kFlat = 1e-3;  // rate and shape of the prior, twice
  RandomDraws draws(derive_seed(seed, EffectDraw::kStrengths));
  for (std::size_t block = 0; block < strengths_.size(); ++block) {
    const FactorRows effects = block_values(block);
    const double squares =
        prior.precision.cwiseProduct(gram_matrix(effects, kernels, workers)).sum();
    strengths_[block] = draws.gamma((kFlat + static_cast<double>(effects.count) * size_) / 2.0,
                                    2.0 / (kFlat + squares));
  }
}

void Effects::save(SectionWriter& file, const std::string& prefix) const {
  file.add_copy(prefix + "values", values_.span());
  file.add_copy(prefix + "means", means_.span());
  file.add_copy(prefix + "strengths", strengths_);
}

void Effects::restore(const SectionReader& file, const std::string& prefix) {
  restore_rows(file, prefix + "values", values_.span(), size_, row_stride(size_));
  restore_rows(file, prefix + "means", means_.span(), size_, row_stride(size_));
  // What nothing depends on has any strength, 0 too.
  restore_array(file, prefix + "strengths", std::span(strengths_), Sign::kNotNegative);
  for (std::size_t block = 0; block < strengths_.size(); ++block) {
    if (strengths_[block] > 0.0 || design_.blocks()[block].columns() == 0) continue;
    file.fail(prefix + "strengths", block * sizeof(double), "a strength is not above 0");
  }
}

}  // namespace mfpar
