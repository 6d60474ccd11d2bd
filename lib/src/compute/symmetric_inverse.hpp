// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>

#include "base/parallel.hpp"
#include "compute/kernels/kernel_set.hpp"

namespace mfpar {

/// Puts the inverse of a symmetric positive definite matrix in its place, in about n^3 operations
/// of multiplication and addition, counted as two, and memory of 288 n doubles beside it; both
/// triangles of the result are set, of the argument the lower one is not looked at. Returns false,
/// and leaves the matrix in no particular state, where it is not positive definite in double
/// precision. The result does not depend on how many workers there are.
bool invert_positive_definite(Eigen::MatrixXd& matrix, const Workers& workers,
                              const KernelSet& kernels = find_kernels("auto"));

}  // namespace mfpar
