// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mfpar/read_features.hpp"

namespace mfpar {

/// What a column says of each row. Its values are 1 for categories and z for numbers: what the
/// number of features a row makes of them is up to whoever puts columns together.
struct ColumnFeatures {
  FeatureColumn column;
  Features features;
  bool has_years = false;
  bool is_of_titles = false;  ///< and these years stand at the end of titles
};

/// Reads column `at` of `rows`, in which what is missing is empty, as read_features() says.
/// REQUIRES: every row has a field there.
ColumnFeatures read_feature_column(std::span<const std::vector<std::string>> rows, std::size_t at,
                                   const std::string& name, std::uint32_t least_rows);

/// The same with nothing in it, and why.
ColumnFeatures no_features(const std::string& name, const std::string& why, std::size_t rows);

}  // namespace mfpar
