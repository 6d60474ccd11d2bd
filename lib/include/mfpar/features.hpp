// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace mfpar {

/// What is known of users, or of items, beside their ratings: genres, years, ages. A sparse matrix
/// of rows x features, row by row (CSR). A row's index is that of the user or item in the store, or
/// the table, that the matrix goes with. Plain data; safe to read from any number of threads.
///
/// As read_features() makes them, the features of a row that has n of them are
/// - 1 / sqrt(n) for a category that the row is in ("genres=Comedy", "year=1990-1994");
/// - z / sqrt(n) for a number ("age"), z having mean 0 and standard deviation 1 over all rows that
///   have one.
/// So the squares of a row sum to about 1, however much is known of it, and a linear model with one
/// penalty lets no row or column outweigh the others. A row of which nothing is known is empty.
struct Features {
  std::vector<std::string> names;         ///< of the features: "genres=Comedy", "age"
  std::vector<std::uint64_t> offsets{0};  ///< rows + 1 positions in the arrays below
  std::vector<std::uint32_t> indices;     ///< the feature of each value, ascending within a row
  std::vector<float> values;              ///< one for each index

  std::size_t row_count() const noexcept { return offsets.size() - 1; }
};

}  // namespace mfpar
