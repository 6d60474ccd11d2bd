// SPDX-License-Identifier: MIT
//
// All kernels of one instruction set, for kLanesMost floats a register. Included once for each, inside its
// namespace and under its target; no include guard.

#include "compute/kernels/vector.inl"

#include "compute/kernels/shared_row.inl"

#include "compute/kernels/sgd_kernel.inl"

#include "compute/kernels/error_kernel.inl"

constexpr int lanes_of(int width) { return width < kLanesMost ? width : kLanesMost; }

/// How many runs are walked in turn: enough to hide the chain of dependent operations, few enough for
/// their rows to stay in registers and the first-level cache.
constexpr int interleave_of(int width) { return width == 0 ? 1 : width <= 32 ? 4 : 2; }

/// Calls `pick.template operator()<lanes, vectors, interleave>()` for the width that holds `rank`.
template <class Pick>
auto with_width(std::uint32_t rank, Pick pick) {
  constexpr auto choose = []<int kWidth>(Pick& p) {
    return p.template
    operator()<lanes_of(kWidth), kWidth / lanes_of(kWidth), interleave_of(kWidth)>();
  };
  if (rank <= 8) return choose.template operator()<8>(pick);
  if (rank <= 16) return choose.template operator()<16>(pick);
  if (rank <= 32) return choose.template operator()<32>(pick);
  if (rank <= 48) return choose.template operator()<48>(pick);
  if (rank <= 64) return choose.template operator()<64>(pick);
  if (rank <= 96) return choose.template operator()<96>(pick);
  if (rank <= 128) return choose.template operator()<128>(pick);
  if (rank <= 192) return choose.template operator()<192>(pick);
  if (rank <= 256) return choose.template operator()<256>(pick);
  return pick.template operator()<kLanesMost, 0, interleave_of(0)>();
}

template <bool kAdaGrad, class Entries>
SgdKernel sgd_kernel_of(std::uint32_t rank) {
  return with_width(rank, []<int kLanes, int kVectors, int kInterleave>() -> SgdKernel {
    return [](const SgdPass& pass) {
      return SgdWalk<kLanes, kVectors, kInterleave, kAdaGrad, Entries>(pass)();
    };
  });
}

inline SgdKernel sgd_kernel(std::uint32_t rank, bool adagrad, bool compact) {
  if (adagrad) {
    return compact ? sgd_kernel_of<true, CompactEntries>(rank)
                   : sgd_kernel_of<true, WideEntries>(rank);
  }
  return compact ? sgd_kernel_of<false, CompactEntries>(rank)
                 : sgd_kernel_of<false, WideEntries>(rank);
}

template <class Entries>
ErrorKernel error_kernel_of(std::uint32_t rank) {
  return with_width(rank, []<int kLanes, int kVectors, int>() -> ErrorKernel {
    return &sum_errors<kLanes, kVectors, Entries>;
  });
}

inline ErrorKernel error_kernel(std::uint32_t rank, bool compact) {
  return compact ? error_kernel_of<CompactEntries>(rank) : error_kernel_of<WideEntries>(rank);
}
