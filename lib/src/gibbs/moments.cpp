// SPDX-License-Identifier: MIT
#include "gibbs/moments.hpp"

#include "base/partition.hpp"

namespace mfpar {

namespace {

constexpr std::size_t kMomentPartitions = 64;  // sums depend on where rows are cut

/// Adds rows to moments, some at a time.
class MomentSum {
 public:
  explicit MomentSum(Eigen::Index size)
      : moments_{.count = 0.0,
                 .sum = Eigen::VectorXd::Zero(size),
                 .products = Eigen::MatrixXd::Zero(size, size)},
        block_(size, 64) {}

  void add(const float* row, const float* mean) {
    for (Eigen::Index f = 0; f < block_.rows(); ++f) {
      block_(f, filled_) = double{row[f]} - (mean != nullptr ? double{mean[f]} : 0.0);
    }
    if (++filled_ == block_.cols()) flush();
  }
  RowMoments take() {
    flush();
    return std::move(moments_);
  }

 private:
  void flush() {
    moments_.count += static_cast<double>(filled_);
    moments_.sum += block_.leftCols(filled_).rowwise().sum();
    moments_.products.noalias() += block_.leftCols(filled_) * block_.leftCols(filled_).transpose();
    filled_ = 0;
  }

  RowMoments moments_;
  Eigen::MatrixXd block_;
  Eigen::Index filled_ = 0;
};

}  // namespace

RowMoments moments_of(const FactorRows& rows, const float* means, const Positives& rated,
                      const Workers& workers) {
  const auto size = static_cast<Eigen::Index>(rows.rank);
  std::vector<RowMoments> parts(kMomentPartitions);
  workers.for_each(kMomentPartitions, [&](std::size_t partition) {
    const Range range = even_range(rows.count, kMomentPartitions, partition);
    MomentSum sum(size);
    for (std::size_t row = range.begin; row < range.end; ++row) {
      if (rated.count(static_cast<std::uint32_t>(row)) == 0) continue;
      sum.add(rows.row(row), means != nullptr ? means + row * rows.stride() : nullptr);
    }
    parts[partition] = sum.take();
  });
  RowMoments total = std::move(parts[0]);
  for (std::size_t partition = 1; partition < kMomentPartitions; ++partition) {
    total.count += parts[partition].count;
    total.sum += parts[partition].sum;
    total.products += parts[partition].products;
  }
  return total;
}

std::vector<double> squared_errors(const RatingsByRow& ratings, const FactorRows& rows,
                                   const FactorRows& others, const Workers& workers) {
  const std::uint32_t rank = rows.rank - 1;
  std::vector<double> sums(rows.count);
  const std::vector<std::uint32_t> cuts =
      balanced_boundaries(ratings.who.offsets, kMomentPartitions);
  workers.for_each(cuts.size() - 1, [&](std::size_t part) {
    for (std::uint32_t row = cuts[part]; row < cuts[part + 1]; ++row) {
      const float* const p = rows.row(row);
      const auto rated = ratings.who.of(row);
      const auto targets = ratings.targets_of(row);
      for (std::size_t n = 0; n < rated.size(); ++n) {
        const double error = double{targets[n]} - double{score_of(p, others.row(rated[n]), rank)};
        sums[row] += error * error;
      }
    }
  });
  return sums;
}

}  // namespace mfpar
