// SPDX-License-Identifier: MIT
//
// What training minimises, in the plainest form: the loss of one rating and its gradient, for any
// loss and floating-point type. The scalar twin of the kernels is built on it, and the tests hold
// it against numerical differences.
//
// For a rating with target r by a user with factors p and bias b_p of an item with factors q and
// bias b_q, in the units of training, with the score s = mean + b_p + b_q + p.q and error and c =
// kStep those of the loss (loss/losses.hpp):
//
//   c error(r, r - s) + (w_p |p|^2 + w_q |q|^2 + v_p b_p^2 + v_q b_q^2) / 2
//
// A row with n ratings has w = lambda_factors n^-e and v = lambda_biases n^-e, so that summed over
// all ratings and divided by c it is
//
//   sum error + (sum over rows of n^(1-e) (lambda_factors |row|^2 + lambda_biases b^2)) / (2 c),
//
// the reported objective: for squared errors, with c = 1/2, the sum of squares and penalties.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "loss/losses.hpp"
#include "mfpar/train_options.hpp"

namespace mfpar {

/// e of n^-e.
inline double penalty_exponent(Penalty penalty) {
  switch (penalty) {
    case Penalty::kPerRating:
      return 0.0;
    case Penalty::kSquareRoot:
      return 0.5;
    case Penalty::kTotal:
      return 1.0;
  }
  return 0.0;
}

/// n^-e, the share of lambda that a row with `count` ratings pays at each update; 0 for no ratings.
inline float penalty_weight(std::uint64_t count, Penalty penalty) {
  if (count == 0) return 0.0f;
  return static_cast<float>(std::pow(static_cast<double>(count), -penalty_exponent(penalty)));
}

/// What the penalties of a row come to beside errors in the units of a model's scores: weight
/// (factors |row|^2 + biases b^2 + l1.factors |row|_1 + l1.biases |b|), for the row's factors and
/// bias in the model and the magnitudes of its side.
struct PenaltyCharges {
  double factors = 0.0;
  double biases = 0.0;
  struct Magnitudes {
    double factors = 0.0;
    double biases = 0.0;
  };
  Magnitudes l1_users = {}, l1_items = {};
};

/// The charges in the reported objective of a training whose scores were divided by `deviation`.
/// Errors were divided by its power g = kDegree of the loss, biases by itself and factors, of which
/// a score has two, by its root: of deviation^g |row / sqrt(deviation)|^2, deviation^(g - 1) is
/// left. Magnitudes lie between.
inline PenaltyCharges penalty_charges(Loss loss, const TrainOptions& options, double deviation) {
  return with_loss(loss, [&]<class LossPolicy>() -> PenaltyCharges {
    const double of_error = 1.0 / (2.0 * LossPolicy::kStep);
    constexpr int kDegree = LossPolicy::kDegree;
    const auto magnitudes = [&](double factors, double biases) -> PenaltyCharges::Magnitudes {
      return {2.0 * of_error * factors * std::pow(deviation, kDegree - 0.5),
              2.0 * of_error * biases * std::pow(deviation, kDegree - 1)};
    };
    return {of_error * options.lambda_factors * std::pow(deviation, kDegree - 1),
            of_error * options.lambda_biases * std::pow(deviation, kDegree - 2),
            magnitudes(options.l1_factors.users, options.l1_biases.users),
            magnitudes(options.l1_factors.items, options.l1_biases.items)};
  });
}

/// The parameters of one rating. The spans have equal length.
template <class Real>
struct RatingPoint {
  Real target;
  Real mean;
  std::span<const Real> p;
  std::span<const Real> q;
  Real p_bias;
  Real q_bias;
};

/// What multiplies the halved squares in the loss of one rating.
template <class Real>
struct RatingWeights {
  Real p;
  Real q;
  Real p_bias;
  Real q_bias;
};

template <class Real>
Real dot(std::span<const Real> a, std::span<const Real> b) {
  Real result = 0;
  for (std::size_t f = 0; f < a.size(); ++f) result += a[f] * b[f];
  return result;
}

/// target - score
template <class Real>
Real rating_residual(const RatingPoint<Real>& at) {
  return at.target - at.mean - at.p_bias - at.q_bias - dot(at.p, at.q);
}

template <class Real, class LossPolicy>
Real rating_loss(const LossPolicy& policy, const RatingPoint<Real>& at,
                 const RatingWeights<Real>& weight) {
  const Real penalty = weight.p * dot(at.p, at.p) + weight.q * dot(at.q, at.q) +
                       weight.p_bias * at.p_bias * at.p_bias +
                       weight.q_bias * at.q_bias * at.q_bias;
  return static_cast<Real>(LossPolicy::kStep) * policy.error(at.target, rating_residual(at)) +
         penalty / 2;
}

template <class Real>
struct BiasGradient {
  Real p;
  Real q;
};

/// The gradient of rating_loss: that of the factors goes to `p` and `q` (sized as those of `at`),
/// that of the biases is returned.
template <class Real, class LossPolicy>
BiasGradient<Real> rating_gradient(const LossPolicy& policy, const RatingPoint<Real>& at,
                                   const RatingWeights<Real>& weight, std::span<Real> p,
                                   std::span<Real> q) {
  const Real pull = policy.pull(at.target, rating_residual(at));
  for (std::size_t f = 0; f < at.p.size(); ++f) {
    p[f] = weight.p * at.p[f] - pull * at.q[f];
    q[f] = weight.q * at.q[f] - pull * at.p[f];
  }
  return {weight.p_bias * at.p_bias - pull, weight.q_bias * at.q_bias - pull};
}

}  // namespace mfpar
