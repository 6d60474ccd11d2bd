// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "mfpar/rated_items.hpp"

namespace mfpar::apps {

/// The ratings that "318=5.0" pairs stand for. Throws Error(kBadOption) for any other text.
std::vector<ItemRating> parse_pairs(const std::vector<std::string>& pairs);

}  // namespace mfpar::apps
