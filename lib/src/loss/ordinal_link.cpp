// SPDX-License-Identifier: MIT
#include "mfpar/ordinal_link.hpp"

#include "loss/normal_distribution.hpp"

namespace mfpar {

namespace {

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

}  // namespace

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
