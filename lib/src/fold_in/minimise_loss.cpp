// SPDX-License-Identifier: MIT
#include "fold_in/minimise_loss.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "loss/losses.hpp"

namespace mfpar {

namespace {

constexpr int kMaxSteps = 300, kMaxHalvings = 40;

// Nothing is gained any more when the objective falls by less of itself.
constexpr double kMinGain = 1e-11;

// What a kink is rounded off over: at first the whole of the largest residual, at last a part of it
// that single precision of the result does not resolve.
constexpr double kMinSmoothing = 1e-7, kSmoothingFall = 0.5;

double penalty_of(const Eigen::VectorXd& row, const FixedRows& fixed, const RidgePenalty& penalty) {
  const double bias = fixed.has_bias ? row[fixed.rank] : 0.0;
  return penalty.factors * row.head(fixed.rank).squaredNorm() + penalty.bias * bias * bias;
}

/// The minimum of one row's loss, found by ridge regressions under what the row is held to.
template <class LossPolicy>
class RowMinimiser {
 public:
  RowMinimiser(const LossPolicy& policy, NormalEquations& equations,
               std::span<const double> targets, std::span<const double> offsets,
               const RowHold& hold, std::span<const double> kept)
      : policy_(policy),
        equations_(equations),
        targets_(targets),
        offsets_(offsets),
        hold_(hold),
        kept_(kept) {}

  Eigen::VectorXd operator()(RidgePenalty& penalty, RidgeTargets& ridge) {
    ridge.targets.resize(targets_.size());
    ridge.weights.resize(targets_.size());
    if constexpr (LossPolicy::kIsMajorised) {
      return majorised(penalty, ridge);
    } else {
      return descended(penalty, ridge);
    }
  }

 private:
  bool is_kept(std::size_t s) const { return !kept_.empty() && kept_[s] > 0.0; }
  double target(std::size_t s) const { return offsets_[s] + targets_[s]; }

  /// Each regression is on the parabolas at the scores of the one before.
  Eigen::VectorXd majorised(RidgePenalty& penalty, RidgeTargets& ridge) {
    const RidgePenalty asked = penalty;
    double largest = 0.0;
    for (const double target : targets_) largest = std::max(largest, std::abs(target));
    const bool has_kink = LossPolicy::kMaxCurvature == 0.0f;
    const double least = kMinSmoothing * largest;
    double smoothing = has_kink ? std::max(largest, 1e-30) : 0.0;
    double before = std::numeric_limits<double>::infinity();
    std::vector<double> scores(offsets_.begin(), offsets_.end());
    Eigen::VectorXd row;
    for (int step = 1;; ++step) {
      set_parabolas(
          ridge, [&](std::size_t s) { return policy_.majorise(target(s), scores[s], smoothing); });
      penalty = asked;
      solve(penalty, ridge, row);
      scores = scores_of(row);
      const double now = objective(row, scores, penalty);
      const bool is_smoothed = smoothing > least;
      const bool gains = before - now > kMinGain * std::abs(now);
      if (step == kMaxSteps || (!is_smoothed && !gains)) return row;
      before = is_smoothed ? std::numeric_limits<double>::infinity() : now;
      smoothing = std::max(smoothing * kSmoothingFall, least);
    }
  }

  /// Newton's steps, halved until they lower the sum.
  Eigen::VectorXd descended(RidgePenalty& penalty, RidgeTargets& ridge) {
    const RidgePenalty asked = penalty;
    double mean = 0.0;
    for (std::size_t s = 0; s < targets_.size(); ++s) mean += target(s);
    mean /= static_cast<double>(std::max<std::size_t>(1, targets_.size()));
    set_parabolas(ridge, [&](std::size_t s) { return policy_.majorise(target(s), mean, 0.0); });
    Eigen::VectorXd row;
    solve(penalty, ridge, row);
    std::vector<double> scores = scores_of(row);
    double before = objective(row, scores, penalty);
    for (int step = 1; step < kMaxSteps; ++step) {
      set_parabolas(ridge,
                    [&](std::size_t s) { return policy_.approximate(target(s), scores[s]); });
      penalty = asked;
      Eigen::VectorXd next = row;
      solve(penalty, ridge, next);
      double now = 0.0;
      for (int halving = 0;; ++halving) {
        const std::vector<double> tried = scores_of(next);
        now = objective(next, tried, penalty);
        if (now <= before || halving == kMaxHalvings) break;
        next = (row + next) / 2.0;
      }
      if (!(before - now > kMinGain * std::abs(now))) return now <= before ? next : row;
      before = now;
      row = next;
      scores = scores_of(row);
    }
    return row;
  }

  template <class Parabola>
  void set_parabolas(RidgeTargets& ridge, const Parabola& parabola) const {
    for (std::size_t s = 0; s < targets_.size(); ++s) {
      const Majoriser at =
          is_kept(s) ? Majoriser{target(s), kept_[s]} : static_cast<Majoriser>(parabola(s));
      ridge.targets[s] = at.vertex - offsets_[s];
      ridge.weights[s] = at.curvature;
    }
  }

  void solve(RidgePenalty& penalty, const RidgeTargets& ridge, Eigen::VectorXd& row) {
    if (hold_.any()) {
      solve_constrained(equations_, ridge.targets, ridge.weights, penalty, hold_, row);
    } else {
      row = equations_.solve(ridge.targets, ridge.weights, penalty);
    }
  }

  std::vector<double> scores_of(const Eigen::VectorXd& row) const {
    std::vector<double> scores(offsets_.begin(), offsets_.end());
    for (std::size_t s = 0; s < scores.size(); ++s) {
      scores[s] += row_part(row, equations_.fixed(), equations_.indices()[s]);
    }
    return scores;
  }

  double objective(const Eigen::VectorXd& row, std::span<const double> scores,
                   const RidgePenalty& penalty) const {
    double sum = penalty_of(row, equations_.fixed(), penalty) + hold_.cost(row, equations_.fixed());
    for (std::size_t s = 0; s < scores.size(); ++s) {
      const double residual = target(s) - scores[s];
      sum += is_kept(s) ? kept_[s] * residual * residual
                        : 2.0 * LossPolicy::kStep * policy_.error(target(s), residual);
    }
    return sum;
  }

  const LossPolicy policy_;
  NormalEquations& equations_;
  const std::span<const double> targets_, offsets_;
  const RowHold& hold_;
  const std::span<const double> kept_;
};

}  // namespace

double row_part(const Eigen::VectorXd& row, const FixedRows& fixed, std::uint32_t index) {
  const Eigen::Map<const Eigen::VectorXf> x(fixed.row(index), fixed.rank);
  return row.head(fixed.rank).dot(x.cast<double>()) + (fixed.has_bias ? row[fixed.rank] : 0.0);
}

Eigen::VectorXd minimise_loss(LossChoice loss, NormalEquations& equations,
                              std::span<const double> targets, std::span<const double> offsets,
                              RidgePenalty& penalty, RidgeTargets& ridge, const RowHold& hold,
                              std::span<const double> kept) {
  return with_loss(loss.loss, [&]<class LossPolicy>() -> Eigen::VectorXd {
    if constexpr (LossPolicy::kIsQuadratic) {
      ridge.targets.assign(targets.begin(), targets.end());
      ridge.weights.clear();  // of kept ones too: the loss is its own parabola
      if (!hold.any()) return equations.solve(ridge.targets, ridge.weights, penalty);
      Eigen::VectorXd row;
      solve_constrained(equations, ridge.targets, ridge.weights, penalty, hold, row);
      return row;
    } else {
      const auto policy = policy_of<LossPolicy>(loss.delta);
      return RowMinimiser<LossPolicy>(policy, equations, targets, offsets, hold, kept)(penalty,
                                                                                       ridge);
    }
  });
}

}  // namespace mfpar
