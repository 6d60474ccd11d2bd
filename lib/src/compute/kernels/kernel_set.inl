// SPDX-License-Identifier: MIT
//
// All kernels of one instruction set, for kMaxLanes floats a register. Included once for each,
// inside its namespace and under its target; no include guard.

// Each builds on those before it.
// clang-format off
#include "compute/kernels/vector.inl"
#include "compute/kernels/shared_row.inl"
#include "compute/kernels/entries.inl"
#include "compute/kernels/vector_math.inl"
#include "compute/kernels/transpose.inl"
#include "compute/kernels/batch.inl"
#include "compute/kernels/loss_errors.inl"
#include "compute/kernels/mini_batches.inl"
#include "compute/kernels/constrained_rows.inl"
#include "compute/kernels/sgd_kernel.inl"
#include "compute/kernels/error_kernel.inl"
#include "compute/kernels/score_kernel.inl"
#include "compute/kernels/gram_kernel.inl"
#include "compute/kernels/cholesky_kernel.inl"
#include "compute/kernels/one_class_kernel.inl"
#include "compute/kernels/row_sum_kernel.inl"
// clang-format on

/// Ranks up to this know their width at compile time, which gains nothing beyond many vectors.
/// See MFPAR_FEW_KERNELS in lib/CMakeLists.txt.
#if defined(MFPAR_FEW_KERNELS)
constexpr int kWidestFixed = 16;
#else
constexpr int kWidestFixed = kMaxLanes == 4 ? 64 : 256;
#endif

/// Floats a vector for rows of `width`: short rows gain less from the widest vectors than folding
/// them into one sum costs.
constexpr int lanes_of(int width) { return width <= 32 && kMaxLanes > 8 ? 8 : kMaxLanes; }

/// Which widths are fixed: any multiple of 16 for squares, by which most learn, and powers of two
/// for other losses, since each is code of its own. For processors that hardly anybody still has,
/// squares only. 8 always is, being less than the widest vector.
constexpr bool is_fixed([[maybe_unused]] int width, bool for_squares) {
#if defined(MFPAR_FEW_KERNELS)
  return for_squares;
#else
#if defined(__x86_64__)
  if (kMaxLanes == 4) return for_squares;
#endif
  return for_squares || (width & (width - 1)) == 0;
#endif
}

/// Calls `pick` with the lanes and vectors of the narrowest width that holds `rank`: 8, multiples
/// of 16 up to kWidestFixed (never more than a row's stride) as far as they are fixed, or 0.
template <bool kForSquares, int kWidth = 8, class Pick>
auto with_width(std::uint32_t rank, Pick pick) {
  if constexpr (kWidth > kWidestFixed) {
    return pick.template operator()<kMaxLanes, 0>();
  } else {
    if (rank > kWidth) {
      return with_width < kForSquares, kWidth == 8 ? 16 : kWidth + 16 > (rank, pick);
    }
    if constexpr (is_fixed(kWidth, kForSquares)) {
      constexpr int kLanes = lanes_of(kWidth);
      return pick.template operator()<kLanes, kWidth / kLanes>();
    } else {
      return pick.template operator()<kMaxLanes, 0>();
    }
  }
}

template <class LossPolicy, bool kAdaGrad>
SgdKernel sgd_kernel_of(std::uint32_t rank) {
  constexpr bool kIsSquared = LossPolicy::kIsQuadratic;
  return with_width<kIsSquared>(rank, []<int kLanes, int kVectors>() -> SgdKernel {
    return [](const SgdPass& pass) {
      return SgdWalk<kIsSquared, kLanes, kVectors, kAdaGrad>(pass, kPulls<LossPolicy>)();
    };
  });
}

inline SgdKernel sgd_kernel(Loss loss, std::uint32_t rank, bool adagrad) {
  return with_loss(loss, [&]<class LossPolicy>() {
    return adagrad ? sgd_kernel_of<LossPolicy, true>(rank) : sgd_kernel_of<LossPolicy, false>(rank);
  });
}

template <class LossPolicy, class Entries>
ErrorKernel error_kernel_of(std::uint32_t rank) {
  return with_width<true>(rank, []<int kLanes, int kVectors>() -> ErrorKernel {
    return [](const ErrorPass& pass) {
      return ErrorWalk<kLanes, kVectors, Entries>(pass, &add_errors<LossPolicy>)();
    };
  });
}

inline ErrorKernel error_kernel(Loss loss, std::uint32_t rank, bool compact) {
  return with_loss(loss, [&]<class LossPolicy>() {
    return compact ? error_kernel_of<LossPolicy, CompactEntries>(rank)
                   : error_kernel_of<LossPolicy, WideEntries>(rank);
  });
}
