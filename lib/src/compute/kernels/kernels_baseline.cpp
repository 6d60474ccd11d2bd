// SPDX-License-Identifier: MIT
//
// Kernels for what every processor of the architecture has: SSE2 on x86-64, NEON on 64-bit Arm.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "compute/kernels/kernel_set.hpp"
#include "loss/losses.hpp"

namespace mfpar::baseline {
namespace {

constexpr int kMaxLanes = 4;
#include "compute/kernels/kernel_set.inl"

}  // namespace

#if defined(__aarch64__)
extern const KernelSet kKernels{"neon",           &sgd_kernel,       &error_kernel,
                                &score_chosen,    &score_tile,       &find_reaching,
                                &add_deviations,  &gram_kernel,      &product_kernel,
                                &cholesky_kernel, &one_class_kernel, &positive_error_kernel,
                                &row_sum_kernel};
#else
extern const KernelSet kKernels{"baseline",       &sgd_kernel,       &error_kernel,
                                &score_chosen,    &score_tile,       &find_reaching,
                                &add_deviations,  &gram_kernel,      &product_kernel,
                                &cholesky_kernel, &one_class_kernel, &positive_error_kernel,
                                &row_sum_kernel};
#endif

}  // namespace mfpar::baseline
