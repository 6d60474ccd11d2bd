// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "mfpar/export.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

// How good lists are: each is held against the items that turned out relevant to its user, those of
// ratings that nobody had seen when it was made. A list is cut to its first N items (fewer where it
// is shorter); R is how many items are relevant to the user, h_r is 1 where the item at rank r is
// one of them and else 0, and H = h_1 + ... + h_N are the hits:
//
//   precision  H / N
//   recall     H / min(N, R)
//   NDCG       sum_r h_r / log2(r + 1), divided by its most, sum_{r = 1}^{min(N, R)} 1 / log2(r + 1)
//              (Jarvelin and Kekalainen 2002, with the discount of Burges et al. 2005)
//   MAP        sum_r h_r (h_1 + ... + h_r) / r, divided by min(N, R): average precision
//              (Manning, Raghavan, Schutze 2008, chapter 8; cut as trec_eval does, but for the
//              divisor, which lets a perfect list have 1)
//   MRR        1 / the rank of the first hit, 0 without one (Voorhees 1999)
//   hit rate   1 with a hit, else 0
//
// What is reported is the mean over users to whom something is relevant; the others are counted.

/// What is measured of every list.
enum class RankingMetric { kNdcg, kRecall, kPrecision, kMap, kMrr, kHitRate };

/// Their names, in the order of the enumeration.
inline constexpr std::array<std::string_view, 6> kRankingMetricNames = {
    "ndcg", "recall", "precision", "map", "mrr", "hit_rate"};

/// NDCG of the first `cut` items of a list, each there once; 0 where nothing is relevant.
/// `relevant` is ascending; kNoIndex, as often as need be, stands for items that no list can hold.
/// Allocates nothing. Safe from any number of threads.
MFPAR_API double ndcg_at(std::span<const ItemIndex> list, std::span<const ItemIndex> relevant,
                         std::uint32_t cut) noexcept;

}  // namespace mfpar
