// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <vector>

#include "compute/kernels/kernel_set.hpp"
#include "mfpar/recommender.hpp"
#include "ranking/item_tiles.hpp"

namespace mfpar {

struct Recommender::Impl {
  Impl(std::shared_ptr<const FactorModel> with, const std::string& kernel);

  /// The lanes that `filter` allows; all that have an item without one. Throws Error(kBadOption)
  /// for a filter of another recommender.
  std::span<const std::uint16_t> masks(const ItemFilter* filter) const;

  const std::shared_ptr<const FactorModel> model;
  const KernelSet& kernels;
  const ItemTiles items;
  std::vector<std::uint32_t> rating_counts;  ///< by item
};

}  // namespace mfpar
