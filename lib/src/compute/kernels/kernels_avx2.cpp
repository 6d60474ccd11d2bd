// SPDX-License-Identifier: MIT
//
// Kernels for x86-64 processors with AVX2 and FMA (2013 on).
//
// The target pragma comes after every header, so that no inline function of theirs is compiled for
// this instruction set and then picked by the linker for processors that lack it. The losses come
// behind it: what kernels use of them are templates over types of this file's own.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>

#include "compute/kernels/kernel_set.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
#define MFPAR_KERNEL_VEX

#include "loss/losses.hpp"

namespace mfpar::avx2 {
namespace {

constexpr int kMaxLanes = 8;
#include "compute/kernels/kernel_set.inl"

}  // namespace

extern const KernelSet kKernels{"avx2",           &sgd_kernel,       &error_kernel,
                                &score_chosen,    &score_tile,       &find_reaching,
                                &add_deviations,  &gram_kernel,      &product_kernel,
                                &cholesky_kernel, &one_class_kernel, &positive_error_kernel,
                                &row_sum_kernel};

}  // namespace mfpar::avx2

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
