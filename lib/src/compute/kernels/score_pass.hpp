// SPDX-License-Identifier: MIT
//
// What the ranking kernels are given. Items stand in *tiles* of 16, factor by factor: a vector
// register holds one factor of several items, so that no score needs a sum across lanes, and every
// score is the same chain of operations, whichever kernel computes it. A *query* is what items are
// scored for: the factors of a user, or of an item that others are compared with.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mfpar {

/// Items in a tile.
inline constexpr std::size_t kTileItems = 16;

/// Queries in a tile, which are scored together: as many as keep their sums in registers.
inline constexpr std::size_t kTileQueries = 6;

/// The score of query p for item i is p.q_i + bias_weight b_i, summed over the factors in ascending
/// order and the bias last.
struct ScorePass {
  const float* tiles = nullptr;   ///< factor k of lane l of tile j: tiles[(j * rank + k) * 16 + l]
  const float* biases = nullptr;  ///< 16 a tile
  std::size_t rank = 0;
  float bias_weight = 0.0f;
};

/// Scores one query, `rank` floats, for the tiles listed: 16 scores each, in the order of the list.
using ScoreChosen = void (*)(const ScorePass&, const float* query, const std::uint32_t* chosen,
                             std::size_t count, float* scores);

/// Scores a tile of queries, factor k of query n at queries[k * kTileQueries + n], for `count`
/// tiles of items from `first`: query n's scores begin at scores + n * count * 16.
using ScoreTile = void (*)(const ScorePass&, const float* queries, std::size_t first,
                           std::size_t count, float* scores);

/// Lists the positions of scores that are at least `threshold`, among `count` tiles' 16 each; bit l
/// of masks[j] says whether lane l of tile j counts. Returns how many; `found` has room for all.
using FindReaching = std::size_t (*)(const float* scores, std::size_t count,
                                     const std::uint16_t* masks, float threshold,
                                     std::uint32_t* found);

/// Adds weight sqrt(max(variance, 0) + noise) to each of `count` scores.
using AddDeviations = void (*)(const float* variances, std::size_t count, float noise, float weight,
                               float* scores);

}  // namespace mfpar
