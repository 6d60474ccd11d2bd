// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "mfpar/synthetic.hpp"

namespace mfpar {

/// What the numbers of a synthetic data set are drawn for; the second part given to derive_seed,
/// behind SeedUse::kSynthetic.
enum class SyntheticUse : std::uint64_t {
  kUserRow = 1,
  kItemRow,
  kUserActivity,
  kItemPopularity,
  kUserRatings,
  kTitles,
};

/// Throws Error(kBadOption), naming the option, for what cannot be made.
void check_options(const SyntheticOptions& options);

}  // namespace mfpar
