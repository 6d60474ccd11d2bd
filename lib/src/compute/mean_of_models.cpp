// SPDX-License-Identifier: MIT
#include "compute/mean_of_models.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "base/partition.hpp"
#include "compute/symmetric_eigen.hpp"
#include "io/restore_array.hpp"

namespace mfpar {

namespace {

// Results depend on where sums are cut, and so this is fixed.
constexpr std::size_t kMeanPartitions = 64;
constexpr std::size_t kMapPartitions = 256;
constexpr std::size_t kRowsMappedAtOnce = 128;

/// What a direction, or a point without weight, counts beside the mean point: too little to turn
/// away a direction that others have, enough to keep what nobody else needs room for.
constexpr double kLeastCount = 1e-6;
/// Of the largest eigenvalue of a Gram matrix: below, it is rounding.
constexpr double kLeastEigenvalue = 1e-12;
/// Of the largest singular value. What rows without weight have for each other is small too.
constexpr double kLeastValue = 1e-10;

/// Section "mean.numbers" of a checkpoint.
struct MeanNumbers {
  std::uint64_t terms;
  std::uint64_t used;
  double mean;
  double dropped;
};
static_assert(sizeof(MeanNumbers) == 32);

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// G = V L V', without eigenvalues that are rounding: V L^1/2 and V L^-1/2.
struct Roots {
  explicit Roots(const Eigen::MatrixXd& gram) {
    const auto axes = symmetric_eigen(gram);
    const Eigen::VectorXd& values = axes.eigenvalues();  // rising
    const double least = kLeastEigenvalue * values(values.size() - 1);
    Eigen::Index rank = 0;
    while (rank < values.size() && values(values.size() - 1 - rank) > std::max(least, 0.0)) ++rank;
    const Eigen::VectorXd lengths = values.tail(rank).cwiseSqrt();
    root = axes.eigenvectors().rightCols(rank) * lengths.asDiagonal();
    inverse = axes.eigenvectors().rightCols(rank) * lengths.cwiseInverse().asDiagonal();
  }

  Eigen::MatrixXd root, inverse;
};

/// M = left diag(values) right', values falling, without those that are next to nothing.
struct Svd {
  /// By eigenvectors of M'M, which tell singular values from rounding down to some thousandths of
  /// the first, then by those of what is left of M without these, and so on: a fifth of the time
  /// that it takes to compile a divide-and-conquer SVD.
  explicit Svd(const Eigen::MatrixXd& matrix) {
    constexpr double kToldApart = 1e-6;  // squares
    Eigen::MatrixXd rest = Eigen::MatrixXd::Identity(matrix.cols(), matrix.cols());
    std::vector<Eigen::VectorXd> found;
    std::vector<double> lengths;
    bool is_rounding = false;
    while (rest.cols() > 0 && !is_rounding) {
      const Eigen::MatrixXd image = matrix * rest;
      const auto axes = symmetric_eigen(image.transpose() * image);
      const Eigen::VectorXd& squares = axes.eigenvalues();  // rising
      Eigen::Index end = rest.cols();
      const double least = kToldApart * squares(end - 1);
      is_rounding = !(least > 0.0);
      while (end > 0 && !is_rounding && squares(end - 1) > least) {
        const Eigen::VectorXd direction = rest * axes.eigenvectors().col(--end);
        const double length = (matrix * direction).norm();
        is_rounding = !lengths.empty() && length <= kLeastValue * lengths.front();
        if (is_rounding) break;
        found.push_back(direction);
        lengths.push_back(length);
      }
      rest = Eigen::MatrixXd(rest * axes.eigenvectors().leftCols(end));
    }
    const auto rank = static_cast<Eigen::Index>(found.size());
    values = Eigen::Map<const Eigen::VectorXd>(lengths.data(), rank);
    right.resize(matrix.cols(), rank);
    for (Eigen::Index n = 0; n < rank; ++n) right.col(n) = found[static_cast<std::size_t>(n)];
    left = matrix * right * values.cwiseInverse().asDiagonal();
  }

  Eigen::MatrixXd left, right;
  Eigen::VectorXd values;
};

/// Multiplies each row of `from`, `stride` floats apart, and writes it to `to`: other rows, or the
/// same.
void map_rows(const float* from, std::size_t stride, std::size_t rows, const Eigen::MatrixXd& map,
              float* to, std::size_t to_stride, const Workers& workers) {
  const Eigen::MatrixXf factors = map.cast<float>();
  workers.for_each(kMapPartitions, [&](std::size_t partition) {
    const Range range = even_range(rows, kMapPartitions, partition);
    RowMajor products;
    for (std::size_t row = range.begin; row < range.end; row += kRowsMappedAtOnce) {
      const std::size_t count = std::min(kRowsMappedAtOnce, range.end - row);
      const Eigen::Map<const RowMajor, 0, Eigen::OuterStride<>> block(
          from + row * stride, static_cast<Eigen::Index>(count), factors.rows(),
          Eigen::OuterStride<>(static_cast<Eigen::Index>(stride)));
      products.noalias() = block * factors;
      for (std::size_t n = 0; n < count; ++n) {
        std::copy_n(products.row(static_cast<Eigen::Index>(n)).data(), products.cols(),
                    to + (row + n) * to_stride);
      }
    }
  });
}

/// The mean row of the points.
std::vector<double> mean_row(const FactorRows& rows, std::span<const double> shares,
                             const Workers& workers) {
  std::vector<std::vector<double>> sums(kMeanPartitions, std::vector<double>(rows.rank));
  workers.for_each(kMeanPartitions, [&](std::size_t partition) {
    const Range range = even_range(shares.size(), kMeanPartitions, partition);
    std::vector<double>& sum = sums[partition];
    for (std::size_t row = range.begin; row < range.end; ++row) {
      const float* const x = rows.row(row);
      for (std::size_t f = 0; f < sum.size(); ++f) sum[f] += shares[row] * double{x[f]};
    }
  });
  for (std::size_t partition = 1; partition < kMeanPartitions; ++partition) {
    for (std::size_t f = 0; f < rows.rank; ++f) sums[0][f] += sums[partition][f];
  }
  return std::move(sums[0]);
}

/// -1 for each column whose entry of largest size is negative, else 1.
std::vector<float> signs_of(const AlignedBuffer<float>& factors, std::size_t rows,
                            std::size_t rank) {
  std::vector<float> largest(rank);
  for (std::size_t row = 0; row < rows; ++row) {
    const float* const x = factors.data() + row * row_stride(rank);
    for (std::size_t f = 0; f < rank; ++f) {
      if (std::abs(x[f]) > std::abs(largest[f])) largest[f] = x[f];
    }
  }
  for (float& entry : largest) entry = entry < 0.0f ? -1.0f : 1.0f;
  return largest;
}

}  // namespace

MeanOfModels::Stack::Stack(const Rows& rows, std::uint32_t capacity, bool centred)
    : points(rows.weights.size()),
      means_by(points),
      counts(points + rows.directions),
      columns(counts.size() * capacity),
      biases(counts.size()) {
  const double total = std::accumulate(rows.weights.begin(), rows.weights.end(), 0.0);
  const double equal = 1.0 / static_cast<double>(points);
  std::ranges::fill(counts, kLeastCount * equal);
  for (std::size_t point = 0; point < points; ++point) {
    const double share = total > 0.0 ? double{rows.weights[point]} / total : equal;
    counts[point] = std::max(counts[point], share);
    if (centred) means_by[point] = share;
  }
}

MeanOfModels::MeanOfModels(const Rows& users, const Rows& items, std::uint32_t kept,
                           const KernelSet& kernels, bool centred)
    : kernels_(kernels),
      kept_(kept),
      capacity_(static_cast<std::uint32_t>(row_stride(std::size_t{2} * kept))),
      users_(users, capacity_, centred),
      items_(items, capacity_, centred) {
  assert(kept > 0 && !users.weights.empty() && !items.weights.empty());
}

// With means p0 and q0 of the points,
//
//   mu + b_u + b_i + p.q
//     = (mu + p0.q0) + (b_u + (p - p0).q0) + (b_i + (q - q0).p0) + (p - p0).(q - q0).
//
// A direction d adds d.q = d.q0 + d.(q - q0) to the score of a user.
void MeanOfModels::add(const Term& term, const Workers& workers) {
  const std::uint32_t rank = term.users.factors.rank;
  assert(rank == term.items.factors.rank);
  const std::vector<double> user_mean = mean_row(term.users.factors, users_.means_by, workers);
  const std::vector<double> item_mean = mean_row(term.items.factors, items_.means_by, workers);
  mean_ += double{term.mean} +
           std::inner_product(user_mean.begin(), user_mean.end(), item_mean.begin(), 0.0);
  ++terms_;
  const auto for_rows = [&](std::size_t count, const auto& body) {
    workers.for_each(kMapPartitions, [&](std::size_t partition) {
      const Range range = even_range(count, kMapPartitions, partition);
      for (std::size_t row = range.begin; row < range.end; ++row) body(row);
    });
  };
  const auto add_biases = [&](Stack& stack, const TermSide& side, const std::vector<double>& own,
                              const std::vector<double>& other) {
    assert(side.factors.count == stack.rows() && side.biases.size() == stack.rows());
    for_rows(stack.rows(), [&](std::size_t row) {
      const float* const x = side.factors.row(row);
      double bias = double{side.biases[row]};
      for (std::size_t f = 0; f < rank; ++f) {
        bias += (row < stack.points ? double{x[f]} - own[f] : double{x[f]}) * other[f];
      }
      stack.biases[row] += bias;
    });
  };
  add_biases(users_, term.users, user_mean, item_mean);
  add_biases(items_, term.items, item_mean, user_mean);

  const auto add_columns = [&](Stack& stack, const TermSide& side, const std::vector<double>& own,
                               std::size_t first, std::size_t count) {
    for_rows(stack.rows(), [&](std::size_t row) {
      const float* const x = side.factors.row(row);
      float* const to = stack.columns.data() + row * capacity_ + used_;
      for (std::size_t f = 0; f < count; ++f) {
        const double entry = double{x[first + f]};
        to[f] = static_cast<float>(row < stack.points ? entry - own[first + f] : entry);
      }
    });
  };
  for (std::uint32_t first = 0; first < rank;) {
    if (used_ == capacity_) truncate(workers);
    const std::uint32_t count = std::min(capacity_ - used_, rank - first);
    add_columns(users_, term.users, user_mean, first, count);
    add_columns(items_, term.items, item_mean, first, count);
    used_ += count;
    first += count;
  }
}

// Of the columns P and Q and the diagonal matrices D and E of what rows count: with P'DP = V L V'
// the columns of D^1/2 P V L^-1/2 are orthonormal, and so with W and M for the items
//
//   D^1/2 P Q' E^1/2 = (D^1/2 P V L^-1/2) (L^1/2 V' W M^1/2) (E^1/2 Q W M^-1/2)'
//
// has the singular values of the small matrix in the middle, X S Y'. The new columns are P V L^-1/2
// X S^1/2 and Q W M^-1/2 Y S^1/2, in which what L and M lack in precision cancels. Columns are
// scaled first to be of the same length on both sides, or one side's could be lost beside others.
MeanOfModels::Directions MeanOfModels::directions(const Workers& workers) const {
  const auto gram_of = [&](const Stack& stack) -> Eigen::MatrixXd {
    const FactorRows rows{stack.columns.data(), static_cast<std::uint32_t>(stack.rows()),
                          capacity_};
    return gram_matrix(rows, kernels_, workers, stack.counts).topLeftCorner(used_, used_);
  };
  Eigen::MatrixXd of_users = gram_of(users_), of_items = gram_of(items_);
  Eigen::VectorXd scale(used_), inverse(used_);
  for (Eigen::Index f = 0; f < scale.size(); ++f) {
    const bool counts = of_users(f, f) > 0.0 && of_items(f, f) > 0.0;
    scale(f) = counts ? std::pow(of_items(f, f) / of_users(f, f), 0.25) : 0.0;
    inverse(f) = counts ? 1.0 / scale(f) : 0.0;
  }
  of_users = scale.asDiagonal() * of_users * scale.asDiagonal();
  of_items = inverse.asDiagonal() * of_items * inverse.asDiagonal();
  const Roots users(of_users), items(of_items);
  if (users.root.cols() == 0 || items.root.cols() == 0) {
    return {Eigen::MatrixXd(used_, 0), Eigen::MatrixXd(used_, 0), Eigen::VectorXd()};
  }
  const Svd middle(users.root.transpose() * items.root);
  const Eigen::VectorXd roots = middle.values.cwiseSqrt();
  Directions result;
  result.users = scale.asDiagonal() * users.inverse * middle.left * roots.asDiagonal();
  result.items = inverse.asDiagonal() * items.inverse * middle.right * roots.asDiagonal();
  result.values = middle.values;
  return result;
}

void MeanOfModels::truncate(const Workers& workers) {
  Directions found = directions(workers);
  const Eigen::Index rank = std::min<Eigen::Index>(found.values.size(), kept_);
  dropped_ += found.values.tail(found.values.size() - rank).squaredNorm();
  const auto apply = [&](Stack& stack, const Eigen::MatrixXd& map) {
    float* const columns = stack.columns.data();
    map_rows(columns, capacity_, stack.rows(), map.leftCols(rank), columns, capacity_, workers);
  };
  apply(users_, found.users);
  apply(items_, found.items);
  used_ = static_cast<std::uint32_t>(rank);
}

MeanOfModels::Model MeanOfModels::finish(std::uint32_t most, double share,
                                         const Workers& workers) const {
  assert(terms_ > 0 && most > 0);
  const Directions found = directions(workers);
  const auto found_rank = static_cast<std::uint32_t>(found.values.size());
  const double total = found.values.squaredNorm() + dropped_;
  std::uint32_t rank = 0;
  double kept = 0.0;
  while (rank < std::min(most, found_rank) && (rank == 0 || kept < share * total)) {
    const double value = found.values(static_cast<Eigen::Index>(rank++));
    kept += value * value;
  }

  Model model;
  model.rank = std::max(rank, 1u);
  model.dropped = total > 0.0 ? std::max(0.0, 1.0 - kept / total) : 0.0;
  const auto terms = static_cast<double>(terms_);
  model.mean = static_cast<float>(mean_ / terms);
  const std::size_t stride = row_stride(model.rank);
  const auto give = [&](const Stack& stack, const Eigen::MatrixXd& map, ModelSide& side) {
    side.factors = AlignedBuffer<float>(stack.rows() * stride);
    map_rows(stack.columns.data(), capacity_, stack.rows(),
             map.leftCols(static_cast<Eigen::Index>(rank)) / std::sqrt(terms), side.factors.data(),
             stride, workers);
    side.biases.reserve(stack.rows());
    for (const double bias : stack.biases) {
      side.biases.push_back(static_cast<float>(bias / terms));
    }
  };
  give(users_, found.users, model.users);
  give(items_, found.items, model.items);
  const std::vector<float> signs = signs_of(model.items.factors, items_.points, model.rank);
  for (AlignedBuffer<float>* const factors : {&model.users.factors, &model.items.factors}) {
    for (float* row = factors->begin(); row != factors->end(); row += stride) {
      for (std::size_t f = 0; f < model.rank; ++f) row[f] *= signs[f];
    }
  }
  return model;
}

void MeanOfModels::save(SectionWriter& file) const {
  file.add_value("mean.numbers", MeanNumbers{terms_, used_, mean_, dropped_});
  file.add_copy("mean.users", users_.columns.span());
  file.add_copy("mean.items", items_.columns.span());
  file.add_copy("mean.user_biases", users_.biases);
  file.add_copy("mean.item_biases", items_.biases);
}

void MeanOfModels::restore(const SectionReader& file) {
  const MeanNumbers numbers = saved_array<MeanNumbers>(file, "mean.numbers", 1)[0];
  if (numbers.used > capacity_ || (numbers.used == 0) != (numbers.terms == 0) ||
      !std::isfinite(numbers.mean) || !std::isfinite(numbers.dropped) || numbers.dropped < 0.0) {
    file.fail("mean.numbers", 0,
              std::to_string(numbers.used) + " columns of " + std::to_string(numbers.terms) +
                  " terms, or their mean, cannot be");
  }
  terms_ = numbers.terms;
  used_ = static_cast<std::uint32_t>(numbers.used);
  mean_ = numbers.mean;
  dropped_ = numbers.dropped;
  restore_array(file, "mean.users", users_.columns.span());
  restore_array(file, "mean.items", items_.columns.span());
  restore_array(file, "mean.user_biases", std::span(users_.biases));
  restore_array(file, "mean.item_biases", std::span(items_.biases));
}

}  // namespace mfpar
