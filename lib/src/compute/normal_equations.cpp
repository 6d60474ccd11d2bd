// SPDX-License-Identifier: MIT
//
// Q: the fixed rows of the ratings, of rank floats; X: Q, and a column of ones where there is a
// bias; y: targets; W: the diagonal matrix of the weights; a and b: the penalties of factors and
// bias; D: the diagonal matrix of a, ..., a, b.
#include "compute/normal_equations.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <utility>

namespace mfpar {

namespace {

constexpr std::size_t kStep = 8;  // doubles that every row of the kernel is padded to

// 16 KiB at rank 64: the rows stay in the first-level cache while the kernel passes over them.
constexpr std::size_t kRowsAtOnce = 32;

// Of the sum of the squared lengths of the rows: four digits above what double precision resolves.
constexpr double kMinShare = 1e-12;

// The dual holds n / b in the same matrix as the rows: with a bias that is all but free they would
// be lost beside it. The primal does not care how columns are scaled.
constexpr double kMaxBiasInDual = 1e8;

constexpr std::size_t padded(std::size_t size) { return (size + kStep - 1) / kStep * kStep; }

const KernelSet& fastest_kernels() {
  static const KernelSet& set = find_kernels("auto");
  return set;
}

Eigen::Map<const Eigen::VectorXd> vector_of(std::span<const double> numbers) {
  return {numbers.data(), static_cast<Eigen::Index>(numbers.size())};
}

}  // namespace

RidgePenalty RidgePenalty::solvable(double square_length, double weight) const noexcept {
  return {std::max(factors, kMinShare * square_length), std::max(bias, kMinShare * weight)};
}

// One column more than unknowns: the primal sums X'Wy as a column of X'WX.
NormalEquations::NormalEquations(const FixedRows& fixed)
    : fixed_(fixed),
      kernels_(fastest_kernels()),
      rows_(kRowsAtOnce * padded(fixed.unknowns() + 1)),
      gram_(padded(fixed.unknowns() + 1) * padded(fixed.unknowns() + 1)) {}

void NormalEquations::start(std::span<const std::uint32_t> indices) {
  indices_ = indices;
  has_kept_dual_ = false;
}

const Eigen::VectorXd& NormalEquations::solve(std::span<const double> targets,
                                              std::span<const double> weights,
                                              RidgePenalty& penalty) {
  const bool free_bias = fixed_.has_bias && total_weight(weights) > kMaxBiasInDual * penalty.bias;
  return indices_.size() < fixed_.unknowns() && !free_bias && fixed_.prior == nullptr
             ? solve_dual(targets, weights, penalty)
             : solve_primal(targets, weights, penalty);
}

// (X'WX + D) c = X'Wy
const Eigen::VectorXd& NormalEquations::solve_primal(std::span<const double> targets,
                                                     std::span<const double> weights,
                                                     RidgePenalty& penalty) {
  set_primal(targets, weights);
  penalty = penalty.solvable(square_length_, total_weight(weights));
  add_penalty(penalty);
  factor_and_solve();
  return right_side_;
}

// (S (QQ' + a/b 11') S + a I) z = S y, where SS = W, and v = S z; the factors are Q'v, the
// bias a/b 1'v.
const Eigen::VectorXd& NormalEquations::solve_dual(std::span<const double> targets,
                                                   std::span<const double> weights,
                                                   RidgePenalty& penalty) {
  const bool weighted = !weights.empty();
  if (weighted) {
    set_weighted_dual(targets, weights);
  } else {
    set_dual(targets);
  }
  penalty = penalty.solvable(square_length_, total_weight(weights));
  const double bias_share = fixed_.has_bias ? penalty.factors / penalty.bias : 0.0;
  Matrix gram = matrix();
  gram.array() += bias_share;
  if (weighted) {
    gram.array().colwise() *= root_weights_.array();
    gram.array().rowwise() *= root_weights_.transpose().array();
    right_side_.array() *= root_weights_.array();
  }
  gram.diagonal().array() += penalty.factors;
  factor_and_solve();
  if (weighted) right_side_.array() *= root_weights_.array();
  const Eigen::VectorXd& v = right_side_;
  dual_solution_.setZero(static_cast<Eigen::Index>(fixed_.unknowns()));
  for (std::size_t s = 0; s < indices_.size(); ++s) {
    const Eigen::Map<const Eigen::VectorXf> q(fixed_.row(indices_[s]), fixed_.rank);
    dual_solution_.head(fixed_.rank) += v[static_cast<Eigen::Index>(s)] * q.cast<double>();
  }
  if (fixed_.has_bias) dual_solution_[fixed_.rank] = bias_share * v.sum();
  return dual_solution_;
}

void NormalEquations::set_primal(std::span<const double> targets, std::span<const double> weights) {
  assert(targets.size() == indices_.size());
  assert(weights.empty() || weights.size() == indices_.size());
  const std::size_t unknowns = fixed_.unknowns(), rank = fixed_.rank;
  begin(unknowns + 1);
  for (std::size_t first = 0; first < indices_.size(); first += kRowsAtOnce) {
    const std::size_t end = std::min(first + kRowsAtOnce, indices_.size());
    double* x = rows_.data();
    for (std::size_t s = first; s < end; ++s, x += stride_) {
      const double root = weights.empty() ? 1.0 : std::sqrt(weights[s]);
      const float* const q = fixed_.row(indices_[s]);
      for (std::size_t k = 0; k < rank; ++k) x[k] = root * q[k];
      if (fixed_.has_bias) x[rank] = root;
      x[unknowns] = root * targets[s];
    }
    add_rows(end - first);
  }
  for (std::size_t i = 0; i < rank && fixed_.prior != nullptr; ++i) {
    for (std::size_t j = i; j < rank; ++j) {
      gram_[i * stride_ + j] += fixed_.prior_weight * fixed_.prior[i * rank + j];
    }
  }
  right_side_.resize(static_cast<Eigen::Index>(unknowns));
  for (std::size_t i = 0; i < unknowns; ++i) {
    right_side_[static_cast<Eigen::Index>(i)] = gram_[i * stride_ + unknowns];
  }
  square_length_ = trace(rank);
}

void NormalEquations::set_dual(std::span<const double> targets) {
  assert(targets.size() == indices_.size() && indices_.size() <= fixed_.unknowns());
  begin(indices_.size());
  for (std::size_t first = 0; first < fixed_.rank; first += kRowsAtOnce) {
    const std::size_t some = std::min(kRowsAtOnce, fixed_.rank - first);
    for (std::size_t s = 0; s < size_; ++s) {
      const float* const q = fixed_.row(indices_[s]) + first;
      for (std::size_t k = 0; k < some; ++k) rows_[k * stride_ + s] = q[k];
    }
    add_rows(some);
  }
  right_side_ = vector_of(targets);
  square_length_ = trace(size_);
}

// What set_dual() gives, from what was kept where the rows are the same.
void NormalEquations::set_weighted_dual(std::span<const double> targets,
                                        std::span<const double> weights) {
  assert(weights.size() == indices_.size());
  if (!has_kept_dual_) {
    set_dual(targets);
    if (kept_dual_.size() == 0) kept_dual_ = AlignedBuffer<double>(gram_.size());
    std::swap(gram_, kept_dual_);
    has_kept_dual_ = true;
  }
  size_ = indices_.size();
  stride_ = padded(size_);
  std::copy_n(kept_dual_.data(), size_ * stride_, gram_.data());
  right_side_ = vector_of(targets);
  root_weights_ = vector_of(weights).cwiseSqrt();
  square_length_ = matrix().diagonal().dot(vector_of(weights));
}

void NormalEquations::begin(std::size_t size) {
  size_ = size;
  stride_ = padded(size);
  std::fill_n(rows_.data(), kRowsAtOnce * stride_, 0.0);
  std::fill_n(gram_.data(), stride_ * stride_, 0.0);
}

void NormalEquations::add_rows(std::size_t count) {
  kernels_.gram({.rows = rows_.data(),
                 .count = count,
                 .size = size_,
                 .stride = stride_,
                 .gram = gram_.data()});
}

// The kernel's triangle i <= j of rows is the lower one of columns.
NormalEquations::Matrix NormalEquations::matrix() noexcept {
  const auto size = static_cast<Eigen::Index>(right_side_.size());
  return {gram_.data(), size, size, Eigen::OuterStride<>(static_cast<Eigen::Index>(stride_))};
}

void NormalEquations::add_penalty(const RidgePenalty& penalty) noexcept {
  Matrix gram = matrix();
  gram.diagonal().head(fixed_.rank).array() += penalty.factors;
  if (fixed_.has_bias) gram(fixed_.rank, fixed_.rank) += penalty.bias;
}

void NormalEquations::factor_and_solve() {
  kernels_.cholesky(gram_.data(), static_cast<std::size_t>(right_side_.size()), stride_);
  const Matrix factor = matrix();
  factor.triangularView<Eigen::Lower>().solveInPlace(right_side_);
  factor.triangularView<Eigen::Lower>().transpose().solveInPlace(right_side_);
}

double NormalEquations::trace(std::size_t size) const noexcept {
  double sum = 0.0;
  for (std::size_t i = 0; i < size; ++i) sum += gram_[i * stride_ + i];
  return sum;
}

double NormalEquations::total_weight(std::span<const double> weights) const noexcept {
  return weights.empty() ? static_cast<double>(indices_.size())
                         : std::accumulate(weights.begin(), weights.end(), 0.0);
}

}  // namespace mfpar
