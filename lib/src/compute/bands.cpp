// SPDX-License-Identifier: MIT
#include "compute/bands.hpp"

#include <utility>

namespace mfpar {

void BandTargets::fill(RatingRuns& runs, const std::uint32_t* entries) const {
  runs.compact = entries;
  runs.code_values = by_code.data();
}

void BandTargets::fill(RatingRuns& runs, const RatingStore::WideEntry* entries) const {
  runs.wide = entries;
  runs.wide_mean = scale.origin;
  runs.wide_scale = 1.0f / scale.width;
}

Bands::Bands(TrainingGrid grid, bool compact, std::span<const float> values,
             const RatingScale& scale, Loss loss)
    : grid_(std::move(grid)),
      compact_(compact),
      training_(scale.target, values),
      model_(score_target(loss, scale.range), values) {}

}  // namespace mfpar
