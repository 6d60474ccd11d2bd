// SPDX-License-Identifier: MIT
//
// What the ranking kernels are told. Items stand in *panels* of 16, factor by factor: a vector register
// holds one factor of several items, so that no score needs a sum across lanes, and every score is the
// same chain of operations, whichever kernel computes it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mfpar {

/// Items in a panel.
inline constexpr std::size_t kPanelItems = 16;

/// Tastes that are scored together: as many as keep their sums in registers.
inline constexpr std::size_t kTileTastes = 6;

/// The score of taste p for item i is p.q_i + bias_weight b_i, summed over the factors in ascending
/// order and the bias last.
struct ScorePass {
  const float* panels =
      nullptr;  ///< factor k of lane l of panel j: panels[(j * rank + k) * 16 + l]
  const float* biases = nullptr;  ///< 16 a panel
  std::size_t rank = 0;
  float bias_weight = 0.0f;
};

/// Scores one taste, `rank` floats, for the panels listed: 16 scores each, in the order of the list.
using ScoreChosen = void (*)(const ScorePass&, const float* taste, const std::uint32_t* chosen,
                             std::size_t count, float* scores);

/// Scores a tile of tastes, factor k of taste t at tile[k * kTileTastes + t], for `count` panels from
/// `first`: taste t's scores begin at scores + t * count * 16.
using ScoreTile = void (*)(const ScorePass&, const float* tile, std::size_t first,
                           std::size_t count, float* scores);

/// Lists the positions of scores that are at least `threshold`, among `count` panels' 16 each; bit l of
/// masks[j] tells whether lane l of panel j is looked at. Returns how many; `found` has room for all.
using FindReaching = std::size_t (*)(const float* scores, std::size_t count,
                                     const std::uint16_t* masks, float threshold,
                                     std::uint32_t* found);

}  // namespace mfpar
