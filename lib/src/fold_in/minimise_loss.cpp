// SPDX-License-Identifier: MIT
#include "fold_in/minimise_loss.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "loss/losses.hpp"

namespace mfpar {

namespace {

constexpr int kMaxSteps = 300;

// Nothing is gained any more when the objective falls by less of itself.
constexpr double kMinGain = 1e-11;

// What a kink is rounded off over: at first the whole of the largest residual, at last a part of it
// that single precision of the result does not resolve.
constexpr double kMinSmoothing = 1e-7, kSmoothingFall = 0.5;

double penalty_of(const Eigen::VectorXd& row, const FixedRows& fixed, const RidgePenalty& penalty) {
  const double bias = fixed.has_bias ? row[fixed.rank] : 0.0;
  return penalty.factors * row.head(fixed.rank).squaredNorm() + penalty.bias * bias * bias;
}

template <class LossPolicy>
const Eigen::VectorXd& minimise(NormalEquations& equations, std::span<const double> targets,
                                std::span<const double> offsets, RidgePenalty& penalty,
                                RidgeTargets& ridge, std::span<const double> kept) {
  const FixedRows& fixed = equations.fixed();
  const RidgePenalty asked = penalty;
  const std::size_t count = targets.size();
  std::vector<double> scores(offsets.begin(), offsets.end());
  const auto is_kept = [&](std::size_t s) { return !kept.empty() && kept[s] > 0.0; };
  double largest = 0.0;
  for (std::size_t s = 0; s < count; ++s) {
    largest = std::max(largest, std::abs(targets[s]));
  }
  const bool has_kink = LossPolicy::kMaxCurvature == 0.0f;
  const double least = kMinSmoothing * largest;
  double smoothing = has_kink ? std::max(largest, 1e-30) : 0.0;
  double before = std::numeric_limits<double>::infinity();
  ridge.targets.resize(count);
  ridge.weights.resize(count);
  for (int step = 1;; ++step) {
    for (std::size_t s = 0; s < count; ++s) {
      if (is_kept(s)) {
        ridge.targets[s] = targets[s];
        ridge.weights[s] = kept[s];
        continue;
      }
      const Majoriser parabola =
          LossPolicy::majorise(offsets[s] + targets[s], scores[s], smoothing);
      ridge.targets[s] = parabola.vertex - offsets[s];
      ridge.weights[s] = parabola.curvature;
    }
    penalty = asked;
    const Eigen::VectorXd& row = equations.solve(ridge.targets, ridge.weights, penalty);
    double objective = penalty_of(row, fixed, penalty);
    for (std::size_t s = 0; s < count; ++s) {
      scores[s] = offsets[s] + row_part(row, fixed, equations.indices()[s]);
      const double target = offsets[s] + targets[s];
      if (is_kept(s)) {
        objective += kept[s] * (target - scores[s]) * (target - scores[s]);
        continue;
      }
      objective += 2.0 * LossPolicy::kStep * LossPolicy::error(target, target - scores[s]);
    }
    const bool is_smoothed = smoothing > least;
    const bool gains = before - objective > kMinGain * std::abs(objective);
    if (step == kMaxSteps || (!is_smoothed && !gains)) return row;
    before = is_smoothed ? std::numeric_limits<double>::infinity() : objective;
    smoothing = std::max(smoothing * kSmoothingFall, least);
  }
}

}  // namespace

double row_part(const Eigen::VectorXd& row, const FixedRows& fixed, std::uint32_t index) {
  const Eigen::Map<const Eigen::VectorXf> x(fixed.row(index), fixed.rank);
  return row.head(fixed.rank).dot(x.cast<double>()) + (fixed.has_bias ? row[fixed.rank] : 0.0);
}

const Eigen::VectorXd& minimise_loss(Loss loss, NormalEquations& equations,
                                     std::span<const double> targets,
                                     std::span<const double> offsets, RidgePenalty& penalty,
                                     RidgeTargets& ridge, std::span<const double> kept) {
  return with_loss(loss, [&]<class LossPolicy>() -> const Eigen::VectorXd& {
    if constexpr (LossPolicy::kIsQuadratic) {
      ridge.targets.assign(targets.begin(), targets.end());
      ridge.weights.clear();  // of kept ones too: the loss is its own parabola
      return equations.solve(ridge.targets, ridge.weights, penalty);
    } else {
      return minimise<LossPolicy>(equations, targets, offsets, penalty, ridge, kept);
    }
  });
}

}  // namespace mfpar
