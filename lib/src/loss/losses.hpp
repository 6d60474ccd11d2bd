// SPDX-License-Identifier: MIT
//
// The losses there are: all that is known of a loss is its policy, and all policies are listed
// here.
//
// A policy speaks of the target of a rating and of its residual, target - score, both in the units
// of training (RatingScale) or, where a model is evaluated, in those of its scores:
//
//   kInfo                       its name, and that of the mean error as a metric
//   error(target, residual)     what the rating costs; what is reported
//   pull(target, residual)      -kStep times the slope of the error in the score: what SGD follows
//   kStep                       1/2 for squares, so that their pull is the residual; else 1
//   kRateScale                  what learning rates are multiplied with, so that one serves all
//   kDegree                     a score and a target times c have an error times c^kDegree
//   kMaxCurvature               the largest -d pull / d score; 0 where only the pull is bounded
//   majorise(target, score, smoothing)
//                               the parabola on kStep times the error, in double precision; a kink
//                               is rounded off over `smoothing`
//   kIsMajorised                the parabola lies nowhere below; else it has the curvature that is
//                               expected, and approximate(target, score) the one that is found, for
//                               steps that are shortened where they raise the sum
//   expected_curvature(score)   what twice kStep times the error grows by about its least, beside
//                               the square of a change of the score (absolute errors: see fold-in)
//   kIsQuadratic                the parabola is the loss itself, for every score
//   kClips                      predictions are scores clipped to the range of the ratings, and a
//                               residual of 0 costs nothing
//   predict(score, range)       what a score of the model predicts
//   score_target(range)         the targets that scores of a model are held against
//   scale(ratings, centred)     the targets and the initial mean for some ratings
//
// Policies are objects, which losses with a parameter need: policy_of() makes one. error and pull
// are templates, for float, double and the kernels' vectors, whose functions (abs,
// copysign, softplus, sigmoid) are found by their argument.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <tuple>
#include <utility>

#include "loss/absolute.hpp"
#include "loss/hinge.hpp"
#include "loss/huber.hpp"
#include "loss/logistic.hpp"
#include "loss/poisson.hpp"
#include "loss/squared.hpp"

namespace mfpar {

/// The policy of a loss whose parameter, if it has one, is `delta`, in the units of residuals.
template <class LossPolicy>
LossPolicy policy_of([[maybe_unused]] float delta) {
  LossPolicy policy{};
  if constexpr (requires { policy.delta; }) policy.delta = delta;
  return policy;
}

/// What predicting with `score`, clipped where the loss clips, costs beside `target`.
template <class LossPolicy>
double prediction_error(const LossPolicy& policy, float target, float score, RatingRange range) {
  const float used = LossPolicy::kClips ? std::clamp(score, range.lowest, range.highest) : score;
  return policy.template error<double>(target, double{target} - used);
}

/// What delta of Huber's loss may be.
inline bool is_delta(double delta) { return delta > 0.0 && std::isfinite(delta); }

/// In the order of the enumeration.
using LossPolicies = std::tuple<SquaredLoss, AbsoluteLoss, LogisticLoss, HuberLoss, PoissonLoss,
                                HingeLoss, SquaredHingeLoss>;
inline constexpr std::size_t kLossCount = std::tuple_size_v<LossPolicies>;

template <Loss kLoss>
using LossPolicy = std::tuple_element_t<static_cast<std::size_t>(kLoss), LossPolicies>;

/// Calls body.operator()<Policy>() with the policy of `loss`.
template <std::size_t kAt = 0, class Body>
decltype(auto) with_loss(Loss loss, Body&& body) {
  if constexpr (kAt + 1 < kLossCount) {
    if (static_cast<std::size_t>(loss) != kAt) {
      return with_loss<kAt + 1>(loss, std::forward<Body>(body));
    }
  }
  return body.template operator()<std::tuple_element_t<kAt, LossPolicies>>();
}

inline double rate_scale(Loss loss) {
  return with_loss(loss, []<class LossPolicy>() { return LossPolicy::kRateScale; });
}

/// Whether a loss is a parabola for every target.
inline bool is_quadratic(Loss loss) {
  return with_loss(loss, []<class LossPolicy>() { return LossPolicy::kIsQuadratic; });
}

/// The targets that scores of a model of this loss, trained on ratings in `range`, are held
/// against.
inline TargetScale score_target(Loss loss, RatingRange range) {
  return with_loss(loss, [&]<class LossPolicy>() { return LossPolicy::score_target(range); });
}

}  // namespace mfpar
