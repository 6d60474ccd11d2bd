// SPDX-License-Identifier: MIT
#include "compute/ordinal_cutpoints.hpp"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <utility>

#include "mfpar/error.hpp"

namespace mfpar {

namespace {

double density(double x) { return std::exp(-x * x / 2.0) / std::sqrt(2.0 * std::numbers::pi); }

double normal_below(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2.0; }

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

/// Calls body(k, probability) for each value.
template <class Body>
void for_each_value(std::span<const float> cutpoints, double score, double deviation,
                    const Body& body) {
  double below = 0.0;
  for (std::size_t k = 0; k < cutpoints.size(); ++k) {
    const double up_to = normal_below((double{cutpoints[k]} - score) / deviation);
    body(k, up_to - below);
    below = up_to;
  }
  body(cutpoints.size(), 1.0 - below);
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

double normal_share(double lower, double upper) {
  return lower > 0.0 ? normal_below(-lower) - normal_below(-upper)
                     : normal_below(upper) - normal_below(lower);
}

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

std::vector<float> latent_targets(std::span<const float> cutpoints) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kLeast = 1e-30;
  std::vector<double> means;
  double told = 0.0;
  for (std::size_t k = 0; k <= cutpoints.size(); ++k) {
    const double lower = k > 0 ? double{cutpoints[k - 1]} : -kInfinity;
    const double upper = k < cutpoints.size() ? double{cutpoints[k]} : kInfinity;
    const double share = std::max(normal_share(lower, upper), kLeast);
    const double mean = (density(lower) - density(upper)) / share;
    means.push_back(std::clamp(mean, std::max(lower, -9.0), std::min(upper, 9.0)));
    told += share * means.back() * means.back();
  }
  std::vector<float> targets;
  for (const double mean : means) targets.push_back(static_cast<float>(mean / told));
  return targets;
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

void ordinal_probabilities(std::span<const float> cutpoints, float score, float deviation,
                           std::span<float> to) noexcept {
  for_each_value(
      cutpoints, double{score}, double{deviation},
      [&](std::size_t k, double probability) { to[k] = static_cast<float>(probability); });
}

float ordinal_mean(std::span<const float> values, std::span<const float> cutpoints, float score,
                   float deviation) noexcept {
  double mean = 0.0;
  for_each_value(
      cutpoints, double{score}, double{deviation},
      [&](std::size_t k, double probability) { mean += probability * double{values[k]}; });
  return static_cast<float>(mean);
}

}  // namespace mfpar
