// SPDX-License-Identifier: MIT
//
// What cutpoints an ordinal link has. Cutpoints are normal quantiles
// of how often a user gives ratings up to each value, and so in the units of a latent rating whose
// variance over all ratings of the user is 1: ordinal_link.hpp.
#pragma once

#include <span>
#include <vector>

#include "mfpar/ordinal_link.hpp"
#include "mfpar/rating_store.hpp"

namespace mfpar {

/// What is known of a user's cutpoints counts as so many ratings beside the user's own. A fold of
/// MovieLens latest-small, MSE with 15 .6488, 30 .6485, 60 .6493, and log loss of values 1.559,
/// 1.565, 1.576; of MovieTweetings, 5 2.299, 20 2.274, 30 2.265, 60 2.260, and 1.733, 1.676, 1.669,
/// 1.665. With the same cutpoints for all users .6540 and 1.699, 2.272 and 1.678; drawn by
/// Metropolis, or set to the most likely in every sweep, they are no better.
inline constexpr double kCutpointRatings = 40.0;

/// The cutpoints of a user of whose ratings so many had each value, others being as `before` has
/// it, which counts as `weight` ratings. Strictly ascending. REQUIRES: weight > 0, one count more
/// than cutpoints before, each 0 or more.
std::vector<float> user_cutpoints(std::span<const double> counts, std::span<const float> before,
                                  double weight = kCutpointRatings);

/// The position of a value among ascending ones; their number where it is none of them.
std::size_t value_position(std::span<const float> values, float value);

/// Values and cutpoints by the ratings of a store; deviation 1. Throws Error(kBadData) for ratings
/// that have one value only, or more than kMaxOrdinalValues.
OrdinalLink measure_ordinal_link(const RatingStore& ratings);

}  // namespace mfpar
