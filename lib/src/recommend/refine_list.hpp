// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "mfpar/recommender.hpp"

namespace mfpar {

/// The best items in the order of a list, so many; all where there are fewer.
using BestItems = std::function<std::vector<Recommendation>(std::size_t count)>;

/// Throws Error(kBadOption) for a least rating, limits or a diversity that cannot be.
void check_refinement(const RecommendOptions& options, const FactorModel& model);

/// Whether the options ask for more than the items of highest score.
bool needs_refining(const RecommendOptions& options);

/// Of how many of the best items a list is made to begin with.
std::size_t pool_size(const RecommendOptions& options);

/// The list that the options ask for. `first` are the best pool_size() items; `best` is asked for
/// more where those do not fill the list. `factors` has the rows that diversity goes by.
std::vector<Recommendation> refine_list(const RecommendOptions& options, const FactorModel& factors,
                                        std::vector<Recommendation> first, const BestItems& best);

}  // namespace mfpar
