// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

#include "mfpar/export.hpp"
#include "mfpar/frozen_array.hpp"

namespace mfpar {

/// Most distinct values of ratings that a model can know the probability of each of.
inline constexpr std::size_t kMaxOrdinalValues = 64;

/// How scores become ratings that have few distinct values, stars for example, of which nothing is
/// taken for granted but their order (ordered probit). A rating of user u has the k-th value where
///
///   cutpoint k-1 of u < score + noise <= cutpoint k of u,  noise ~ N(0, deviation^2),
///
/// the first value being below all cutpoints and the last one above. What is predicted of a rating
/// is its mean. Users differ in how they use the values, and each has cutpoints of its own.
struct OrdinalLink {
  FrozenArray<float>
      values;  ///< of ratings, ascending, 2 or more; none: a model without such a link

  /// values - 1 of each user, ascending, and behind them those for users of whom nothing is known.
  FrozenArray<float> cutpoints;

  /// Of the noise, above 0; it holds how uncertain scores are on average.
  float deviation = 1.0f;
};

/// The probability of each value, in double precision; they add up to 1. REQUIRES: ascending
/// cutpoints, deviation > 0, `to` of cutpoints.size() + 1.
MFPAR_API void ordinal_probabilities(std::span<const float> cutpoints, float score, float deviation,
                                     std::span<float> to) noexcept;

/// The mean of a rating: the sum of value times probability. REQUIRES: the same, values as `to`.
MFPAR_API float ordinal_mean(std::span<const float> values, std::span<const float> cutpoints,
                             float score, float deviation) noexcept;

}  // namespace mfpar
