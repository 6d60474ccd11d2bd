// SPDX-License-Identifier: MIT
#include "compute/symmetric_inverse.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <utility>
#include <vector>

namespace mfpar {

namespace {

constexpr Eigen::Index kTile = 192;  // three tiles of doubles in the second-level cache

}  // namespace

// Sweeps (Beaton 1964; Goodnight 1979) by blocks of rows K, of -A, so that nothing but sums are
// needed: with D = A_KK^-1 and U = -A_K.,
//
//   -A_KK becomes D,  -A_Kj becomes D U_j,  -A_ij becomes -A_ij + U_i' D U_j,
//
// and when every block was K, A^-1 stands there. All but the block of K itself is products of tiles
// that do not depend on each other. Only tiles I <= J are kept.
bool invert_positive_definite(Eigen::MatrixXd& matrix, const Workers& workers) {
  const Eigen::Index size = matrix.rows();
  const auto tiles = static_cast<std::size_t>((size + kTile - 1) / kTile);
  const auto first = [](std::size_t tile) { return static_cast<Eigen::Index>(tile) * kTile; };
  const auto width = [&](std::size_t tile) { return std::min(kTile, size - first(tile)); };
  const auto tile_at = [&](std::size_t i, std::size_t j) {
    return matrix.block(first(i), first(j), width(i), width(j));
  };
  std::vector<std::pair<std::size_t, std::size_t>> kept;
  for (std::size_t j = 0; j < tiles; ++j) {
    for (std::size_t i = 0; i <= j; ++i) kept.emplace_back(i, j);
  }
  const auto for_each_kept = [&](const auto& body) {
    workers.for_each(kept.size(), [&](std::size_t n) { body(kept[n].first, kept[n].second); });
  };
  for_each_kept([&](std::size_t i, std::size_t j) { tile_at(i, j) *= -1.0; });

  Eigen::MatrixXd rows(kTile, size), swept(kTile, size);
  for (std::size_t k = 0; k < tiles; ++k) {
    const Eigen::Index depth = width(k);
    const Eigen::LLT<Eigen::MatrixXd, Eigen::Upper> factor(-tile_at(k, k));
    if (factor.info() != Eigen::Success) return false;
    const Eigen::MatrixXd inverse = factor.solve(Eigen::MatrixXd::Identity(depth, depth));
    tile_at(k, k) = inverse;
    const auto of = [&](Eigen::MatrixXd& strip, std::size_t tile) {
      return strip.block(0, first(tile), depth, width(tile));
    };
    workers.for_each(tiles, [&](std::size_t j) {
      if (j == k) return;
      if (j > k) {
        of(rows, j) = tile_at(k, j);
      } else {
        of(rows, j) = tile_at(j, k).transpose();
      }
      of(swept, j).noalias() = inverse * of(rows, j);
      if (j > k) {
        tile_at(k, j) = of(swept, j);
      } else {
        tile_at(j, k) = of(swept, j).transpose();
      }
    });
    for_each_kept([&](std::size_t i, std::size_t j) {
      if (i != k && j != k) tile_at(i, j).noalias() += of(rows, i).transpose() * of(swept, j);
    });
  }
  for_each_kept([&](std::size_t i, std::size_t j) {
    if (i != j) {
      tile_at(j, i) = tile_at(i, j).transpose();
    } else {
      tile_at(i, i).triangularView<Eigen::StrictlyLower>() = tile_at(i, i).transpose();
    }
  });
  return true;
}

}  // namespace mfpar
