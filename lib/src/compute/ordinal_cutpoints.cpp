// SPDX-License-Identifier: MIT
#include "compute/ordinal_cutpoints.hpp"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <utility>

#include "loss/normal_distribution.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

float normal_quantile(double share) {
  // No cutpoint is beyond 8 standard deviations, whatever ratings there are.
  constexpr double kLeast = 1e-15;
  const double used = std::clamp(share, kLeast, 1.0 - kLeast);
  return static_cast<float>(-std::numbers::sqrt2 * boost::math::erfc_inv(2.0 * used));
}

/// Of the shares of ratings up to each value but the last.
std::vector<float> cutpoints_of(std::span<const double> shares) {
  std::vector<float> cutpoints;
  for (const double share : shares) {
    float cutpoint = normal_quantile(share);
    if (!cutpoints.empty() && cutpoint <= cutpoints.back()) {
      cutpoint = std::nextafter(cutpoints.back(), std::numeric_limits<float>::infinity());
    }
    cutpoints.push_back(cutpoint);
  }
  return cutpoints;
}

/// How many ratings of each user have each value, users behind one another.
std::vector<double> value_counts(const RatingStore& ratings, std::span<const float> values) {
  std::vector<double> counts(ratings.user_count() * values.size());
  for (UserIndex user = 0; user < ratings.user_count(); ++user) {
    double* const mine = counts.data() + user * values.size();
    ratings.for_each(ratings.offsets()[user], ratings.offsets()[user + 1],
                     [&](ItemIndex, float value) { mine[value_position(values, value)] += 1.0; });
  }
  return counts;
}

std::vector<float> distinct_values(const RatingStore& ratings) {
  std::vector<float> values;
  ratings.for_each(0, ratings.size(), [&](ItemIndex, float value) {
    const auto at = std::lower_bound(values.begin(), values.end(), value);
    if (at != values.end() && *at == value) return;
    values.insert(at, value);
    if (values.size() <= kMaxOrdinalValues) return;
    throw Error(ErrorCode::kBadData,
                "the ratings have more than " + std::to_string(kMaxOrdinalValues) +
                    " distinct values; the ordinal likelihood is for few: round them, or choose "
                    "--likelihood gaussian");
  });
  if (values.size() < 2) {
    throw Error(ErrorCode::kBadData,
                "all ratings have the same value; the ordinal likelihood learns from two or more: "
                "choose --likelihood gaussian");
  }
  return values;
}

}  // namespace

std::vector<float> user_cutpoints(std::span<const double> counts, std::span<const float> before,
                                  double weight) {
  double total = weight;
  for (const double count : counts) total += count;
  std::vector<double> shares;
  double below = 0.0;
  for (std::size_t k = 0; k < before.size(); ++k) {
    below += counts[k];
    shares.push_back((below + weight * normal_below(double{before[k]})) / total);
  }
  return cutpoints_of(shares);
}

float share_in_biases(const OrdinalLink& link, std::span<const float> user_biases,
                      std::span<const std::uint32_t> user_counts) {
  const std::size_t count = link.values.size() - 1;
  const auto of_all = link.cutpoints.span().last(count);
  double in_biases = 0.0, in_both = 0.0;
  for (std::size_t user = 0; user < user_biases.size(); ++user) {
    double shift = 0.0, total = 0.0;
    for (std::size_t k = 0; k < count; ++k) {
      const double weight = normal_density(double{of_all[k]});
      shift += weight * (double{of_all[k]} - double{link.cutpoints[user * count + k]});
      total += weight;
    }
    const double both = double{user_biases[user]} + shift / total;
    in_biases += user_counts[user] * double{user_biases[user]} * double{user_biases[user]};
    in_both += user_counts[user] * both * both;
  }
  return in_both > in_biases ? static_cast<float>(in_biases / in_both) : 1.0f;
}

std::size_t value_position(std::span<const float> values, float value) {
  const auto at = std::lower_bound(values.begin(), values.end(), value);
  return at != values.end() && *at == value ? static_cast<std::size_t>(at - values.begin())
                                            : values.size();
}

OrdinalLink measure_ordinal_link(const RatingStore& ratings) {
  std::vector<float> values = distinct_values(ratings);
  const std::vector<double> counts = value_counts(ratings, values);
  std::vector<double> total(values.size());
  for (std::size_t at = 0; at < counts.size(); ++at) total[at % values.size()] += counts[at];
  std::vector<double> shares;
  double below = 0.0;
  for (std::size_t k = 0; k + 1 < values.size(); ++k) {
    below += total[k];
    shares.push_back(below / static_cast<double>(ratings.size()));
  }
  const std::vector<float> of_all = cutpoints_of(shares);
  std::vector<float> cutpoints;
  cutpoints.reserve((ratings.user_count() + std::size_t{1}) * of_all.size());
  for (std::size_t user = 0; user < ratings.user_count(); ++user) {
    const std::vector<float> mine =
        user_cutpoints(std::span(counts).subspan(user * values.size(), values.size()), of_all);
    cutpoints.insert(cutpoints.end(), mine.begin(), mine.end());
  }
  cutpoints.insert(cutpoints.end(), of_all.begin(), of_all.end());
  return {.values = FrozenArray<float>(std::move(values)),
          .cutpoints = FrozenArray<float>(std::move(cutpoints))};
}

}  // namespace mfpar
