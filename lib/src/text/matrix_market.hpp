// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "mfpar/read_ratings.hpp"
#include "text/layouts.hpp"

namespace mfpar {

/// Finds the coordinates of a sparse matrix in the MatrixMarket format: a line of its kind,
/// comments, a line of sizes, and a line for each entry, row and column from 1 on. Of a symmetric
/// matrix every entry off the diagonal stands for two; one of the kind pattern has entries without
/// values, ratings of 1, for who may lack ratings. `head` has no byte order mark. As find_layout().
Layout find_matrix_market(std::string_view head, const std::string& name,
                          const ReadOptions& options);

}  // namespace mfpar
