// SPDX-License-Identifier: MIT
//
// The two exact searches for the items of highest score. They compute each score by the same operations,
// and so give the same lists.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compute/kernels/kernel_set.hpp"
#include "recommend/item_panels.hpp"
#include "recommend/top_list.hpp"

namespace mfpar {

/// What is searched, by which kernels and for which order.
struct SearchSpace {
  const ItemPanels& items;
  const KernelSet& kernels;
  float bias_weight;
};

/// One search: `factors` has rank floats, `masks` a bit for each lane of each panel that may be found.
struct SearchTask {
  std::span<const float> factors;
  std::span<const std::uint16_t> masks;
  TopList* list;
};

/// Panels of high bounds first, so that the list's threshold rises at once; then all others that can
/// still reach it.
void search_one(const SearchSpace& space, const SearchTask& task);

/// Several at once, by a product of blocks: a block of panels stays in the second-level cache while all
/// tastes meet it. Groups of panels that none of a tile's tastes needs are passed over.
void search_block(const SearchSpace& space, std::span<const SearchTask> tasks);

}  // namespace mfpar
