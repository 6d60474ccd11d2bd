// SPDX-License-Identifier: MIT
//
// Ratings as values in an order, drawn as latent ratings (Albert and Chib, "Bayesian analysis of
// binary and polychotomous response data", 1993): a rating with the k-th value stands for a normal
// number between two cutpoints of its user (OrdinalLink), drawn anew whenever something is drawn
// that depends on it.
#pragma once

#include <cstdint>
#include <vector>

#include "base/parallel.hpp"
#include "compute/one_class.hpp"
#include "gibbs/random_draws.hpp"
#include "gibbs/ratings_by_row.hpp"
#include "mfpar/ordinal_link.hpp"

namespace mfpar {

/// A draw from the normal distribution of this mean and deviation, given that it lies between two
/// bounds, by rejection (Robert, "Simulation of truncated normal variables", 1995). REQUIRES:
/// lower < upper; either may be infinite.
double truncated_normal(double mean, double deviation, double lower, double upper,
                        RandomDraws& draws);

/// A latent rating of `user` that has the value at `position`.
double draw_latent(const OrdinalLink& link, std::uint32_t user, std::size_t position, double score,
                   double deviation, RandomDraws& draws);

/// For each user the sum over their ratings, whose targets are positions of values, of the squared
/// difference of a latent rating from its score, latent ratings being drawn for a noise of this
/// precision times the user's weight. The same bytes for any number of threads.
std::vector<double> latent_squared_errors(const RatingsByRow& by_user, const OrdinalLink& link,
                                          const FactorRows& users, const FactorRows& items,
                                          double noise_precision,
                                          std::span<const float> user_weights, std::uint64_t seed,
                                          const Workers& workers);

/// The sum over all ratings of the squared error of their means for a noise of this deviation.
double ordinal_squared_error(const RatingsByRow& by_user, const OrdinalLink& link,
                             const FactorRows& users, const FactorRows& items, double deviation,
                             const Workers& workers);

}  // namespace mfpar
