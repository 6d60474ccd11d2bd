// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "mfpar/frozen_array.hpp"

namespace mfpar {

/// How uncertain predictions are, as the samples of a posterior have shown. Over the samples the
/// score of user u and item i has the variance
///
///   max(0, w_u . z_i),
///
/// a product of two rows as the score itself is; a rating of the user lies around the score with
/// the variance of the user's noise. Samples themselves are not kept: on held-out ratings a rank of
/// 4 says as much as 32 samples, which take 64 times the memory.
struct ScoreVariance {
  std::uint32_t rank = 0;  ///< 0 where nothing is known of it, with empty arrays

  // A row for each user and each item, and one more, the last, for those of whom nothing is known.
  FrozenArray<float> users;  ///< (count + 1) x rank, in squared units of ratings times those of 1/z
  FrozenArray<float> items;  ///< (count + 1) x rank

  FrozenArray<float> noise;  ///< count + 1 variances of users, in squared units of ratings

  // What the row of a user or item who is folded in is made by: rank x (1 + rank of the model + 1),
  // which multiplies 1, the variances of their factors and the variance of their bias, as the
  // normal equations of the fold-in give them for a noise of 1.
  FrozenArray<float> user_fold_in;
  FrozenArray<float> item_fold_in;
};

/// What is predicted of a rating, in the units of ratings: its mean, its standard deviation, and
/// the bounds below and above which one in twenty lies. Bounds are within the range of the model's
/// ratings. NaN but for the mean where a model knows no variance.
struct RatingInterval {
  float mean = 0.0f;
  float sd = 0.0f;
  float p5 = 0.0f;
  float p95 = 0.0f;
};

}  // namespace mfpar
