// SPDX-License-Identifier: MIT
//
// Q: the rated rows, of rank floats; X: Q, and a column of ones where there are biases.
#include "serve/ridge_equations.hpp"

#include <algorithm>
#include <cassert>

namespace mfpar {

namespace {

constexpr std::size_t kStep = 8;  // doubles that every row of the kernel is padded to

// 16 KiB at rank 64: the rows stay in the first-level cache while the kernel's tiles pass over them.
constexpr std::size_t kRowsAtOnce = 32;

constexpr std::size_t padded(std::size_t size) { return (size + kStep - 1) / kStep * kStep; }

const KernelSet& fastest_kernels() {
  static const KernelSet& set = find_kernels("auto");
  return set;
}

}  // namespace

// One column more than unknowns: the primal sums X'y as a column of X'X.
RidgeEquations::RidgeEquations(const FixedSide& side)
    : side_(side),
      kernels_(fastest_kernels()),
      rows_(kRowsAtOnce * padded(side.unknowns() + 1)),
      gram_(padded(side.unknowns() + 1) * padded(side.unknowns() + 1)) {}

void RidgeEquations::begin(std::size_t size) {
  size_ = size;
  stride_ = padded(size);
  std::fill_n(rows_.data(), kRowsAtOnce * stride_, 0.0);
  std::fill_n(gram_.data(), padded(size) * stride_, 0.0);
}

void RidgeEquations::add_rows(std::size_t count) {
  kernels_.gram({.rows = rows_.data(),
                 .count = count,
                 .size = size_,
                 .stride = stride_,
                 .gram = gram_.data()});
}

// The kernel's triangle i <= j of rows is the lower one of columns.
RidgeEquations::Matrix RidgeEquations::matrix() noexcept {
  const auto size = static_cast<Eigen::Index>(right_side_.size());
  return {gram_.data(), size, size, Eigen::OuterStride<>(static_cast<Eigen::Index>(stride_))};
}

void RidgeEquations::solve() {
  kernels_.cholesky(gram_.data(), static_cast<std::size_t>(right_side_.size()), stride_);
  const Matrix factor = matrix();
  factor.triangularView<Eigen::Lower>().solveInPlace(right_side_);
  factor.triangularView<Eigen::Lower>().transpose().solveInPlace(right_side_);
}

double RidgeEquations::trace(std::size_t size) const noexcept {
  double sum = 0.0;
  for (std::size_t i = 0; i < size; ++i) sum += gram_[i * stride_ + i];
  return sum;
}

void RidgeEquations::set_primal(std::span<const FoldInRating> ratings) {
  const std::size_t unknowns = side_.unknowns();
  begin(unknowns + 1);
  for (std::size_t first = 0; first < ratings.size(); first += kRowsAtOnce) {
    const auto some = ratings.subspan(first, std::min(kRowsAtOnce, ratings.size() - first));
    double* x = rows_.data();
    for (const FoldInRating& rating : some) {
      std::copy_n(side_.row(rating.index), side_.rank, x);
      if (side_.has_biases) x[side_.rank] = 1.0;
      x[unknowns] = side_.target(rating);
      x += stride_;
    }
    add_rows(some.size());
  }
  right_side_.resize(static_cast<Eigen::Index>(unknowns));
  for (std::size_t i = 0; i < unknowns; ++i) {
    right_side_[static_cast<Eigen::Index>(i)] = gram_[i * stride_ + unknowns];
  }
  square_length_ = trace(side_.rank);
}

void RidgeEquations::set_dual(std::span<const FoldInRating> ratings) {
  assert(ratings.size() <= side_.unknowns());
  begin(ratings.size());
  for (std::size_t first = 0; first < side_.rank; first += kRowsAtOnce) {
    const std::size_t some = std::min(kRowsAtOnce, side_.rank - first);
    for (std::size_t s = 0; s < size_; ++s) {
      const float* const q = side_.row(ratings[s].index) + first;
      for (std::size_t k = 0; k < some; ++k) rows_[k * stride_ + s] = q[k];
    }
    add_rows(some);
  }
  right_side_.resize(static_cast<Eigen::Index>(size_));
  for (std::size_t s = 0; s < size_; ++s) {
    right_side_[static_cast<Eigen::Index>(s)] = side_.target(ratings[s]);
  }
  square_length_ = trace(size_);
}

}  // namespace mfpar
