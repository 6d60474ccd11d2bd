// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/partition.hpp"
#include "compute/kernels/sgd_pass.hpp"

namespace mfpar {

/// |row|^2 of a padded row. REQUIRES: width is a multiple of 8.
float row_norm(const float* row, std::size_t width);

/// Writes |row|^2 into every state, so that rounding (and, under Hogwild, races) in the running
/// norms live for one epoch only.
void refresh_norms(const RowRecords& side, Range rows);

}  // namespace mfpar
