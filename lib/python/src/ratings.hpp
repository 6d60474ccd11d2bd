// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "columns.hpp"
#include "mfpar/rating_table.hpp"

namespace mfpar::python {

/// Ratings that came from Python, for one call of the library, which takes the table.
struct Ratings {
  RatingTable table;
  std::optional<float> only_value;  ///< the value of all ratings, where they have but one

  void add(std::string_view user, std::string_view item, float value);
};

/// Declares Ratings, and how it is made of columns and of a sparse matrix.
void bind_ratings(py::module_& module);

}  // namespace mfpar::python
