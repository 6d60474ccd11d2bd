// SPDX-License-Identifier: MIT
//
// All kernels of one instruction set, for kLanesMost floats a register. Included once for each,
// inside its namespace and under its target; no include guard.

// Each builds on those before it.
// clang-format off
#include "compute/kernels/vector.inl"
#include "compute/kernels/shared_row.inl"
#include "compute/kernels/entries.inl"
#include "compute/kernels/lanes.inl"
#include "compute/kernels/wide_lanes.inl"
#include "compute/kernels/rating_groups.inl"
#include "compute/kernels/sgd_kernel.inl"
#include "compute/kernels/error_kernel.inl"
#include "compute/kernels/score_kernel.inl"
#include "compute/kernels/gram_kernel.inl"
#include "compute/kernels/cholesky_kernel.inl"
// clang-format on

/// Ranks up to this know their width at compile time, which gains nothing beyond many vectors.
/// See MFPAR_FEW_KERNELS in lib/CMakeLists.txt.
#if defined(MFPAR_FEW_KERNELS)
constexpr int kWidestFixed = 16;
#else
constexpr int kWidestFixed = kLanesMost == 4 ? 64 : 256;
#endif

/// Floats a vector for rows of `width`: short rows gain less from the widest vectors than folding
/// them into one sum costs.
constexpr int lanes_of(int width) { return width <= 32 && kLanesMost > 8 ? 8 : kLanesMost; }

/// Calls `pick` with the lanes and vectors of the narrowest width that holds `rank`: 8,
/// any multiple of 16 up to kWidestFixed (never more than a row's stride), or 0 beyond.
template <int kWidth = 8, class Pick>
auto with_width(std::uint32_t rank, Pick pick) {
  if constexpr (kWidth > kWidestFixed) {
    return pick.template operator()<kLanesMost, 0>();
  } else {
    if (rank <= kWidth) {
      constexpr int kLanes = lanes_of(kWidth);
      return pick.template operator()<kLanes, kWidth / kLanes>();
    }
    return with_width < kWidth == 8 ? 16 : kWidth + 16 > (rank, pick);
  }
}

template <bool kAdaGrad>
SgdKernel sgd_kernel_of(std::uint32_t rank) {
  return with_width(rank, []<int kLanes, int kVectors>() -> SgdKernel {
    return [](const SgdPass& pass) { return SgdWalk<kLanes, kVectors, kAdaGrad>(pass)(); };
  });
}

inline SgdKernel sgd_kernel(std::uint32_t rank, bool adagrad) {
  return adagrad ? sgd_kernel_of<true>(rank) : sgd_kernel_of<false>(rank);
}

template <class Entries>
ErrorKernel error_kernel_of(std::uint32_t rank) {
  return with_width(rank, []<int kLanes, int kVectors>() -> ErrorKernel {
    return [](const ErrorPass& pass) { return ErrorWalk<kLanes, kVectors, Entries>(pass)(); };
  });
}

inline ErrorKernel error_kernel(std::uint32_t rank, bool compact) {
  return compact ? error_kernel_of<CompactEntries>(rank) : error_kernel_of<WideEntries>(rank);
}
