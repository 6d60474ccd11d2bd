// SPDX-License-Identifier: MIT
#include "compute/symmetric_inverse.hpp"

#include <Eigen/Cholesky>
#include <algorithm>

#include "base/aligned_buffer.hpp"
#include "compute/kernels/kernel_set.hpp"

namespace mfpar {

namespace {

constexpr auto kTile = static_cast<Eigen::Index>(kProductTile);
constexpr std::size_t kTileSize = kProductTile * kProductTile;

/// As the product kernel has them: narrower ones have zeros, or nothing that counts, beyond.
Eigen::Map<Eigen::MatrixXd> tile_in(double* cells) { return {cells, kTile, kTile}; }

}  // namespace

// Sweeps (Beaton 1964; Goodnight 1979) by blocks of rows K, of -A, so that nothing but sums are
// needed: with D = A_KK^-1 and U = -A_K.,
//
//   -A_KK becomes D,  -A_Kj becomes D U_j,  -A_ij becomes -A_ij + U_i' D U_j,
//
// and when every block was K, A^-1 stands there. All but the block of K itself is products of tiles
// that do not depend on each other. Only tiles I <= J are kept.
bool invert_positive_definite(Eigen::MatrixXd& matrix, const Workers& workers,
                              const KernelSet& kernels) {
  const Eigen::Index size = matrix.rows();
  const auto tiles = static_cast<std::size_t>((size + kTile - 1) / kTile);
  const auto first = [](std::size_t tile) { return static_cast<Eigen::Index>(tile) * kTile; };
  const auto width = [&](std::size_t tile) { return std::min(kTile, size - first(tile)); };
  const auto tile_at = [&](std::size_t i, std::size_t j) {
    return matrix.block(first(i), first(j), width(i), width(j));
  };
  // Bodies go by columns of tiles, and no two write to the same tile.
  const auto for_each_tile = [&](const auto& body) {
    workers.for_each(tiles, [&](std::size_t j) {
      for (std::size_t i = 0; i <= j; ++i) body(i, j);
    });
  };
  for_each_tile([&](std::size_t i, std::size_t j) { tile_at(i, j) *= -1.0; });

  // U and D U of every tile, each turned: a row of the tile stands in a column.
  AlignedBuffer<double> rows(tiles * kTileSize), swept(tiles * kTileSize), pivot(kTileSize);
  for (std::size_t k = 0; k < tiles; ++k) {
    const Eigen::LLT<Eigen::MatrixXd, Eigen::Upper> factor(-tile_at(k, k));
    if (factor.info() != Eigen::Success) return false;
    const Eigen::Index depth = width(k);
    const auto count = static_cast<std::size_t>(depth);
    tile_at(k, k) = factor.solve(Eigen::MatrixXd::Identity(depth, depth));
    tile_in(pivot.data()).topLeftCorner(depth, depth) = tile_at(k, k);
    workers.for_each(tiles, [&](std::size_t j) {
      if (j == k) return;
      double* const before = rows.data() + j * kTileSize;
      double* const after = swept.data() + j * kTileSize;
      auto turned = tile_in(before).topLeftCorner(width(j), depth);
      if (j > k) {
        turned = tile_at(k, j).transpose();
      } else {
        turned = tile_at(j, k);
      }
      std::fill_n(after, kTileSize, 0.0);
      kernels.product({pivot.data(), before, count, after});
      const auto found = tile_in(after).topLeftCorner(width(j), depth);
      if (j > k) {
        tile_at(k, j) = found.transpose();
      } else {
        tile_at(j, k) = found;
      }
    });
    workers.for_each(tiles, [&](std::size_t j) {
      if (j == k) return;
      AlignedBuffer<double> products(kTileSize);
      for (std::size_t i = 0; i <= j; ++i) {
        if (i == k) continue;
        std::ranges::fill(products, 0.0);
        kernels.product(
            {swept.data() + j * kTileSize, rows.data() + i * kTileSize, count, products.data()});
        tile_at(i, j) += tile_in(products.data()).topLeftCorner(width(i), width(j));
      }
    });
  }
  for_each_tile([&](std::size_t i, std::size_t j) {
    if (i != j) {
      tile_at(j, i) = tile_at(i, j).transpose();
    } else {
      tile_at(i, i).triangularView<Eigen::StrictlyLower>() = tile_at(i, i).transpose();
    }
  });
  return true;
}

}  // namespace mfpar
