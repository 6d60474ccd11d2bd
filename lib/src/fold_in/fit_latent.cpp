// SPDX-License-Identifier: MIT
#include "fold_in/fit_latent.hpp"

#include <algorithm>
#include <cmath>

#include "loss/normal_distribution.hpp"

namespace mfpar {

namespace {

constexpr int kMostSteps = 200;

// Of scores in one step, in deviations: what is left to go is some times as much.
constexpr double kLeastChange = 1e-6;

/// The mean of a standard normal number between two bounds.
double mean_between(double lower, double upper) {
  if (lower > 0.0) return -mean_between(-upper, -lower);
  const double share = normal_below(upper) - normal_below(lower);
  const double mean = (normal_density(lower) - normal_density(upper)) / share;
  // Far in a tail nothing is left of the share, and the mean is at the bound.
  return share > 0.0 ? std::clamp(mean, lower, upper) : upper;
}

}  // namespace

const Eigen::VectorXd& fit_latent(NormalEquations& equations, std::span<const LatentBounds> bounds,
                                  double deviation, std::span<const double> offsets,
                                  RidgePenalty& penalty, RidgeTargets& ridge) {
  const RidgePenalty asked = penalty;
  const FixedRows& fixed = equations.fixed();
  std::vector<double> parts(offsets.size());  // of scores, by the row
  ridge.targets.assign(offsets.size(), 0.0);
  ridge.weights.clear();
  for (int step = 1;; ++step) {
    for (std::size_t s = 0; s < bounds.size(); ++s) {
      const double score = offsets[s] + parts[s];
      ridge.targets[s] = parts[s] + deviation * mean_between((bounds[s].lower - score) / deviation,
                                                             (bounds[s].upper - score) / deviation);
    }
    penalty = asked;
    const Eigen::VectorXd& row = equations.solve(ridge.targets, ridge.weights, penalty);
    double change = 0.0;
    for (std::size_t s = 0; s < bounds.size(); ++s) {
      const double part = row_part(row, fixed, equations.indices()[s]);
      change = std::max(change, std::abs(part - parts[s]));
      parts[s] = part;
    }
    if (step == kMostSteps || change <= kLeastChange * deviation) return row;
  }
}

}  // namespace mfpar
