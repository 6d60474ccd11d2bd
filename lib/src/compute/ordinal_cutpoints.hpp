// SPDX-License-Identifier: MIT
//
// What cutpoints an ordinal link has. Cutpoints are normal quantiles
// of how often a user gives ratings up to each value, and so in the units of a latent rating whose
// variance over all ratings of the user is 1: ordinal_link.hpp.
#pragma once

#include <cstdint>
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

/// How much of the variance of users by and large, weighted by ratings, is in their biases, at most
/// 1: what users of many ratings differ by has gone into their cutpoints, and of somebody who comes
/// with few the bias is to take it. Users of MovieTweetings folded in: MSE 2.121 by a prior as wide
/// as biases vary, 2.067 by one as wide as both do together.
float share_in_biases(const OrdinalLink& link, std::span<const float> user_biases,
                      std::span<const std::uint32_t> user_counts);

/// The position of a value among ascending ones; their number where it is none of them.
std::size_t value_position(std::span<const float> values, float value);

/// Values and cutpoints by the ratings of a store; deviation 1. Throws Error(kBadData) for ratings
/// that have one value only, or more than kMaxOrdinalValues.
OrdinalLink measure_ordinal_link(const RatingStore& ratings);

}  // namespace mfpar
