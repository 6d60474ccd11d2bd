// SPDX-License-Identifier: MIT
#include "ranking/list_metrics.hpp"

#include <algorithm>

#include "mfpar/ranking_metrics.hpp"

namespace mfpar {

double ndcg_at(std::span<const ItemIndex> list, std::span<const ItemIndex> relevant,
               std::uint32_t cut) noexcept {
  double gain = 0.0, most = 0.0;
  for (std::size_t r = 0; r < std::min<std::size_t>(cut, list.size()); ++r) {
    if (std::binary_search(relevant.begin(), relevant.end(), list[r])) gain += rank_discount(r + 1);
  }
  for (std::size_t r = 0; r < std::min<std::size_t>(cut, relevant.size()); ++r) {
    most += rank_discount(r + 1);
  }
  return most > 0.0 ? gain / most : 0.0;
}

}  // namespace mfpar
