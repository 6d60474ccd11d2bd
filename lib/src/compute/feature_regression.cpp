// SPDX-License-Identifier: MIT
#include "compute/feature_regression.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "base/partition.hpp"

namespace mfpar {

namespace {

constexpr std::size_t kLoopParts = 64;

/// Calls body(i) for i from 0 to count, some at a time.
template <class Body>
void for_all(const Workers& workers, std::size_t count, const Body& body) {
  workers.for_each(kLoopParts, [&](std::size_t partition) {
    const Range range = even_range(count, kLoopParts, partition);
    for (std::size_t i = range.begin; i < range.end; ++i) body(i);
  });
}

void add(std::span<double> to, double factor, const double* from) {
  for (std::size_t c = 0; c < to.size(); ++c) to[c] += factor * from[c];
}

}  // namespace

FeatureRegression::FeatureRegression(const Features& features, std::span<const double> weights,
                                     std::span<const double> targets, std::size_t width,
                                     const Workers& workers)
    : features_(features),
      weights_(weights),
      width_(width),
      workers_(workers),
      column_offsets_(features.names.size() + 1),
      mean_features_(features.names.size()),
      mean_targets_(width),
      curvature_(features.names.size()),
      right_(features.names.size() * width),
      coefficients_(features.names.size() * width),
      shift_(width),
      rows_(features.row_count() * width) {
  assert(weights.size() == features.row_count() && targets.size() == rows_.size());
  const std::size_t rows = features.row_count(), count = features.names.size();
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (std::size_t row = 0; row < rows; ++row) {
    if (weights[row] == 0.0) continue;
    add(mean_targets_, weights[row] / total, &targets[row * width]);
    for (auto at = features.offsets[row]; at < features.offsets[row + 1]; ++at) {
      ++column_offsets_[features.indices[at] + 1];
    }
  }
  std::partial_sum(column_offsets_.begin(), column_offsets_.end(), column_offsets_.begin());
  column_rows_.resize(column_offsets_.back());
  column_values_.resize(column_offsets_.back());
  std::vector<std::uint64_t> next(column_offsets_.begin(), column_offsets_.end() - 1);
  for (std::size_t row = 0; row < rows; ++row) {
    if (weights[row] == 0.0) continue;
    for (auto at = features.offsets[row]; at < features.offsets[row + 1]; ++at) {
      const std::uint32_t feature = features.indices[at];
      const double x = features.values[at];
      column_rows_[next[feature]] = static_cast<std::uint32_t>(row);
      column_values_[next[feature]++] = features.values[at];
      mean_features_[feature] += weights[row] * x / total;
      curvature_[feature] += weights[row] * x * x;
    }
    for (std::size_t c = 0; c < width; ++c) {
      rows_[row * width + c] = weights[row] * (targets[row * width + c] - mean_targets_[c]);
    }
  }
  // A feature that all have alike tells nothing: its curvature is what is left, no less than 0.
  for (std::size_t f = 0; f < count; ++f) {
    curvature_[f] = std::max(curvature_[f] - total * mean_features_[f] * mean_features_[f], 0.0);
  }
  gather(right_);
}

void FeatureRegression::apply(std::span<const double> coefficients) {
  std::ranges::fill(shift_, 0.0);
  for (std::size_t f = 0; f < mean_features_.size(); ++f) {
    add(shift_, mean_features_[f], &coefficients[f * width_]);
  }
  for_all(workers_, features_.row_count(), [&](std::size_t row) {
    if (weights_[row] == 0.0) return;
    const std::span<double> to(&rows_[row * width_], width_);
    for (std::size_t c = 0; c < width_; ++c) to[c] = -weights_[row] * shift_[c];
    for (auto at = features_.offsets[row]; at < features_.offsets[row + 1]; ++at) {
      add(to, weights_[row] * features_.values[at], &coefficients[features_.indices[at] * width_]);
    }
  });
}

// Centring is done in apply() alone: the weighted rows that it leaves sum to 0.
void FeatureRegression::gather(std::span<double> sums) const {
  for_all(workers_, mean_features_.size(), [&](std::size_t f) {
    const std::span<double> to(&sums[f * width_], width_);
    std::ranges::fill(to, 0.0);
    for (auto at = column_offsets_[f]; at < column_offsets_[f + 1]; ++at) {
      add(to, column_values_[at], &rows_[column_rows_[at] * width_]);
    }
  });
}

void FeatureRegression::fit(double lambda, double precision) {
  constexpr int kMostSteps = 200;
  const std::size_t count = mean_features_.size(), size = count * width_;
  std::vector<double> residual(size), direction(size), image(size), energy(width_), least(width_);
  const auto times = [&](const std::vector<double>& of) {
    apply(of);
    gather(image);
    for (std::size_t i = 0; i < size; ++i) image[i] += lambda * of[i];
  };
  /// For each column the sum of `a` times `b`.
  const auto products = [&](const auto& a, const auto& b) {
    std::vector<double> sums(width_);
    for (std::size_t f = 0; f < count; ++f) {
      for (std::size_t c = 0; c < width_; ++c) sums[c] += a(f, c) * b(f, c);
    }
    return sums;
  };
  const auto at = [&](const std::vector<double>& of) {
    return [&of, this](std::size_t f, std::size_t c) { return of[f * width_ + c]; };
  };
  const auto preconditioned = [&](const std::vector<double>& of) {
    return [&of, this, lambda](std::size_t f, std::size_t c) {
      return of[f * width_ + c] / (curvature_[f] + lambda);
    };
  };
  least = products(at(right_), preconditioned(right_));
  times(coefficients_);
  for (std::size_t i = 0; i < size; ++i) residual[i] = right_[i] - image[i];
  energy = products(at(residual), preconditioned(residual));
  const auto is_done = [&] {
    for (std::size_t c = 0; c < width_; ++c) {
      if (energy[c] > precision * precision * least[c]) return false;
    }
    return true;
  };
  std::vector<double> turn(width_);
  for (int step = 0; step < kMostSteps && !is_done(); ++step) {
    for (std::size_t f = 0; f < count; ++f) {
      for (std::size_t c = 0; c < width_; ++c) {
        double& d = direction[f * width_ + c];
        d = preconditioned(residual)(f, c) + turn[c] * d;
      }
    }
    times(direction);
    const std::vector<double> lengths = products(at(direction), at(image));
    for (std::size_t f = 0; f < count; ++f) {
      for (std::size_t c = 0; c < width_; ++c) {
        const double step_size = lengths[c] > 0.0 ? energy[c] / lengths[c] : 0.0;
        coefficients_[f * width_ + c] += step_size * direction[f * width_ + c];
        residual[f * width_ + c] -= step_size * image[f * width_ + c];
      }
    }
    std::vector<double> left = products(at(residual), preconditioned(residual));
    for (std::size_t c = 0; c < width_; ++c) turn[c] = energy[c] > 0.0 ? left[c] / energy[c] : 0.0;
    energy = std::move(left);
  }
  std::ranges::fill(shift_, 0.0);
  for (std::size_t f = 0; f < count; ++f)
    add(shift_, mean_features_[f], &coefficients_[f * width_]);
}

void FeatureRegression::predict(std::size_t row, std::span<double> target) const {
  for (std::size_t c = 0; c < width_; ++c) target[c] = mean_targets_[c] - shift_[c];
  for (auto at = features_.offsets[row]; at < features_.offsets[row + 1]; ++at) {
    add(target, features_.values[at], &coefficients_[features_.indices[at] * width_]);
  }
}

}  // namespace mfpar
