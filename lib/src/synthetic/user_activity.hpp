// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "mfpar/synthetic.hpp"

namespace mfpar {

/// How many items each user rates, as users + 1 offsets: long-tailed (log-normal, like the numbers
/// of real catalogues' users), `options.ratings` in all, none above the number of items, and none
/// below a quarter of the mean or 20, whichever is less. REQUIRES: ratings <= users x items.
std::vector<std::uint64_t> draw_user_offsets(const SyntheticOptions& options);

}  // namespace mfpar
