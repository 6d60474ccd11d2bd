// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mfpar/export.hpp"
#include "mfpar/rating_table.hpp"

namespace mfpar {

/// Synthetic ratings from planted factors: the rating of user u for item i is
///
///   mean + b_u + b_i + p_u . q_i + noise,
///
/// rounded to `step` and clipped to [lowest, highest]. Items are drawn from a long-tailed (Zipf)
/// popularity, users rate long-tailed (log-normal) numbers of items, and no user rates an item
/// twice.
struct SyntheticOptions {
  std::uint32_t users = 6040;
  std::uint32_t items = 3706;
  std::uint64_t ratings = 1'000'209;
  std::uint32_t rank = 10;
  double mean = 3.5;
  double user_bias_sd = 0.4;
  double item_bias_sd = 0.5;
  double interaction_sd = 0.6;  ///< standard deviation of p.q
  double noise_sd = 0.75;
  double lowest = 0.5;
  double highest = 5.0;
  double step = 0.5;                 ///< 0: ratings are not rounded, nor clipped
  double popularity_exponent = 1.0;  ///< of the Zipf law over items
  bool biases = true;                ///< false: mean and biases are 0
  std::uint64_t seed = 1;
  int threads = 0;  ///< the ratings do not depend on it
};

/// The numbers of users, items and ratings of a well-known data set: "ml-100k", "ml-1m", "ml-10m",
/// "ml-20m" or "netflix". Throws Error(kBadOption) naming the known shapes.
MFPAR_API SyntheticOptions synthetic_shape(const std::string& name);

/// Synthetic ratings, and what is known of them.
struct SyntheticRatings {
  RatingTable ratings;              ///< ids are "1" to "users" and "1" to "items", with timestamps
  std::vector<std::string> titles;  ///< a synthetic title per item, in order of the id
  std::vector<std::string> genres;  ///< per item, separated by "|": the planted dimensions in which
                                    ///< it is strongest, each of which bears the name of a genre
  double floor_mse = 0.0;  ///< MSE of predicting with the planted parameters themselves, over all
                           ///< ratings: no model can be expected to go below on unseen ones
};

/// The same for the same seed, whatever the threads. Throws Error(kBadOption), naming the option,
/// for what cannot be made: no users or items, more ratings than users x items, numbers out of
/// range.
MFPAR_API SyntheticRatings make_synthetic(const SyntheticOptions& options);

}  // namespace mfpar
