// SPDX-License-Identifier: MIT
#include "compute/one_class.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/partition.hpp"
#include "compute/row_norms.hpp"
#include "compute/symmetric_eigen.hpp"

namespace mfpar {

namespace {

// Results depend on where sums are cut, and so these are fixed.
constexpr std::size_t kGramPartitions = 16;
constexpr std::size_t kLossPartitions = 256;
constexpr std::size_t kSolvePartitions = 1024;
constexpr std::size_t kRotatePartitions = 256;

// How near a row comes to its minimum, as a share of what a row of zeros costs. MovieLens
// latest-small, k = 128, 16 epochs: NDCG@10 .3606 for 1e-9, 1e-7 and 1e-6 alike, .3594 for 1e-5,
// .3576 for 1e-4; one to three steps a row. With a weight of .001 for what is not observed it takes
// ten steps for users of many positives, and still none is lost.
constexpr float kTolerance = 1e-7f;
constexpr std::uint32_t kMostSteps = 64;

/// A square matrix in the tiles of ScorePass, as if its columns were items: what score_tile()
/// computes for a query is then the query's product with the matrix.
class MatrixTiles {
 public:
  explicit MatrixTiles(const Eigen::MatrixXd& matrix)
      : rank_(static_cast<std::size_t>(matrix.rows())),
        tiles_(row_stride(rank_) * rank_),
        biases_(row_stride(rank_)) {
    for (std::size_t column = 0; column < rank_; ++column) {
      float* const tile = tiles_.data() + column / kTileItems * rank_ * kTileItems;
      for (std::size_t row = 0; row < rank_; ++row) {
        tile[row * kTileItems + column % kTileItems] = static_cast<float>(
            matrix(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(column)));
      }
    }
  }

  /// Multiplies rows [begin, end) with the matrix, in place.
  void multiply(float* rows, Range range, const KernelSet& kernels) const {
    const std::size_t stride = row_stride(rank_);
    const ScorePass pass{tiles_.data(), biases_.data(), rank_, 0.0f};
    AlignedBuffer<float> queries(rank_ * kTileQueries), products(stride * kTileQueries);
    for (std::size_t row = range.begin; row < range.end; row += kTileQueries) {
      const std::size_t count = std::min(kTileQueries, range.end - row);
      float* const here = rows + row * stride;
      for (std::size_t n = 0; n < count; ++n) {
        for (std::size_t f = 0; f < rank_; ++f) {
          queries[f * kTileQueries + n] = here[n * stride + f];
        }
      }
      kernels.score_tile(pass, queries.data(), 0, stride / kTileItems, products.data());
      std::copy_n(products.data(), count * stride, here);
    }
  }

 private:
  std::size_t rank_;
  AlignedBuffer<float> tiles_;
  AlignedBuffer<float> biases_;  // zeros
};

/// The positives of all rows of a side.
PositiveRuns runs_of(const Positives& positives, const FactorRows& fixed) {
  PositiveRuns runs;
  runs.fixed = fixed.values;
  runs.stride = fixed.stride();
  runs.rank = fixed.rank;
  runs.offsets = positives.offsets.data();
  runs.positives = positives.indices.data();
  runs.confidences = positives.confidences.empty() ? nullptr : positives.confidences.data();
  runs.count = positives.rows();
  return runs;
}

}  // namespace

Eigen::MatrixXd gram_matrix(const FactorRows& rows, const KernelSet& kernels,
                            const Workers& workers, std::span<const double> weights) {
  constexpr std::size_t kRowsAtOnce = 16;
  const std::size_t rank = rows.rank, stride = (rank + 7) / 8 * 8;
  std::vector<AlignedBuffer<double>> parts(kGramPartitions);
  workers.for_each(kGramPartitions, [&](std::size_t partition) {
    const Range range = even_range(rows.count, kGramPartitions, partition);
    AlignedBuffer<double>& gram = parts[partition];
    gram = AlignedBuffer<double>(stride * stride);
    AlignedBuffer<double> block(kRowsAtOnce * stride);
    for (std::size_t row = range.begin; row < range.end; row += kRowsAtOnce) {
      const std::size_t count = std::min(kRowsAtOnce, range.end - row);
      for (std::size_t n = 0; n < count; ++n) {
        const float* const x = rows.row(row + n);
        const double root = weights.empty() ? 1.0 : std::sqrt(weights[row + n]);
        for (std::size_t f = 0; f < rank; ++f) block[n * stride + f] = root * double{x[f]};
      }
      kernels.gram({block.data(), count, rank, stride, gram.data()});
    }
  });
  Eigen::MatrixXd sum(rank, rank);
  for (std::size_t i = 0; i < rank; ++i) {
    for (std::size_t j = i; j < rank; ++j) {
      double total = 0.0;
      for (const auto& part : parts) total += part[i * stride + j];
      sum(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) = total;
      sum(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(i)) = total;
    }
  }
  return sum;
}

std::vector<float> one_class_penalties(const Positives& positives, std::uint32_t others,
                                       const OneClassCosts& costs) {
  std::vector<float> penalties;
  penalties.reserve(positives.rows());
  for (std::uint32_t row = 0; row < positives.rows(); ++row) {
    const double weight = static_cast<double>(positives.count(row)) + costs.unobserved * others;
    penalties.push_back(static_cast<float>(costs.lambda * std::pow(weight, costs.exponent)));
  }
  return penalties;
}

OneClassSide::OneClassSide(Positives positives, std::uint32_t others, const OneClassCosts& costs,
                           std::uint32_t rank)
    : positives_(std::move(positives)),
      penalties_(one_class_penalties(positives_, others, costs)),
      rank_(rank),
      values_(positives_.rows() * row_stride(rank)) {}

std::uint64_t solve_side(OneClassSide& moving, OneClassSide& fixed, double unobserved_weight,
                         const KernelSet& kernels, const Workers& workers,
                         const std::function<bool()>& stop) {
  const FactorRows fixed_rows = fixed.rows();
  const std::size_t stride = fixed_rows.stride();
  const auto axes = symmetric_eigen(gram_matrix(fixed_rows, kernels, workers));
  const MatrixTiles rotation(axes.eigenvectors());
  for (OneClassSide* side : {&moving, &fixed}) {
    workers.for_each(kRotatePartitions, [&](std::size_t partition) {
      rotation.multiply(side->values().data(),
                        even_range(side->rows().count, kRotatePartitions, partition), kernels);
    });
  }

  // A direction that no fixed row has is left to the penalty, and where that is next to nothing
  // would be left to rounding.
  constexpr double kLeastShare = 1e-7;
  constexpr float kLeast = 1e-30f;
  const double largest = axes.eigenvalues().tail<1>()(0);
  AlignedBuffer<float> unobserved(stride);
  for (std::size_t f = 0; f < stride; ++f) {
    const double eigenvalue =
        f < fixed_rows.rank ? axes.eigenvalues()(static_cast<Eigen::Index>(f)) : largest;
    unobserved[f] = std::max(
        static_cast<float>(unobserved_weight * std::max(eigenvalue, kLeastShare * largest)),
        kLeast);
  }

  OneClassPass pass;
  pass.runs = runs_of(moving.positives(), fixed_rows);
  pass.moving = moving.values().data();
  pass.unobserved = unobserved.data();
  pass.penalties = moving.penalties().data();
  pass.tolerance = kTolerance;
  pass.most_steps = kMostSteps;
  const auto bounds = balanced_boundaries(moving.positives().offsets, kSolvePartitions);
  std::atomic<std::uint64_t> steps{0};
  workers.for_each(bounds.size() - 1, [&](std::size_t partition) {
    if (stop()) return;
    OneClassPass part = pass;
    part.runs.first_row = bounds[partition];
    part.runs.count = bounds[partition + 1] - bounds[partition];
    steps += kernels.one_class(part);
  });
  return steps;
}

double one_class_error(const Positives& of_users, const FactorRows& users, const FactorRows& items,
                       double unobserved_weight, const KernelSet& kernels, const Workers& workers) {
  const auto bounds = balanced_boundaries(of_users.offsets, kLossPartitions);
  std::vector<double> errors(bounds.size() - 1);
  workers.for_each(errors.size(), [&](std::size_t partition) {
    PositiveRuns runs = runs_of(of_users, items);
    runs.first_row = bounds[partition];
    runs.count = bounds[partition + 1] - bounds[partition];
    errors[partition] = kernels.positive_error(runs, users.values);
  });
  // sum over all pairs of (p.q)^2 = trace(P'P Q'Q)
  const double squares =
      gram_matrix(users, kernels, workers).cwiseProduct(gram_matrix(items, kernels, workers)).sum();
  return std::accumulate(errors.begin(), errors.end(), unobserved_weight * squares);
}

double charged(std::span<const float> penalties, const FactorRows& rows, const Workers& workers) {
  std::vector<double> sums(kLossPartitions);
  workers.for_each(kLossPartitions, [&](std::size_t partition) {
    const Range range = even_range(rows.count, kLossPartitions, partition);
    for (std::size_t row = range.begin; row < range.end; ++row) {
      sums[partition] += double{penalties[row]} * double{row_norm(rows.row(row), rows.stride())};
    }
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

}  // namespace mfpar
