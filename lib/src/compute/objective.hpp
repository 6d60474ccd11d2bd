// SPDX-License-Identifier: MIT
//
// What training minimises, in the plainest form: the loss of one rating and its gradient, for any
// floating-point type. The scalar twin of the kernels is built on it, and the tests hold it against
// numerical differences.
//
// For a rating r by a user with factors p and bias b_p of an item with factors q and bias b_q
// (standardised: the mean is 0), with e = r - b_p - b_q - p.q:
//
//   loss = e^2 / 2 + (w_p |p|^2 + w_q |q|^2 + v_p b_p^2 + v_q b_q^2) / 2
//
// A row with n ratings has w = lambda_factors n^-e and v = lambda_biases n^-e, so that summed over
// all ratings twice the loss is  sum e^2 + sum over rows of n^(1-e) (lambda_factors |row|^2 +
// lambda_biases b^2): the reported objective.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

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
inline float penalty_shrink(std::uint64_t count, Penalty penalty) {
  if (count == 0) return 0.0f;
  return static_cast<float>(std::pow(static_cast<double>(count), -penalty_exponent(penalty)));
}

/// The parameters of one rating. The spans have equal length.
template <class Real>
struct RatingPoint {
  Real value;
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

/// e
template <class Real>
Real rating_error(const RatingPoint<Real>& at) {
  return at.value - at.p_bias - at.q_bias - dot(at.p, at.q);
}

template <class Real>
Real rating_loss(const RatingPoint<Real>& at, const RatingWeights<Real>& weight) {
  const Real e = rating_error(at);
  return (e * e + weight.p * dot(at.p, at.p) + weight.q * dot(at.q, at.q) +
          weight.p_bias * at.p_bias * at.p_bias + weight.q_bias * at.q_bias * at.q_bias) /
         2;
}

/// The gradient of rating_loss: that of the factors goes to `p` and `q` (sized as those of `at`),
/// that of the biases is returned.
template <class Real>
struct BiasGradient {
  Real p;
  Real q;
};

template <class Real>
BiasGradient<Real> rating_gradient(const RatingPoint<Real>& at, const RatingWeights<Real>& weight,
                                   std::span<Real> p, std::span<Real> q) {
  const Real e = rating_error(at);
  for (std::size_t f = 0; f < at.p.size(); ++f) {
    p[f] = weight.p * at.p[f] - e * at.q[f];
    q[f] = weight.q * at.q[f] - e * at.p[f];
  }
  return {weight.p_bias * at.p_bias - e, weight.q_bias * at.q_bias - e};
}

}  // namespace mfpar
