// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "text/column_roles.hpp"

namespace mfpar {

/// What a column of the first lines holds.
struct ColumnContent {
  std::size_t values = 0;  ///< that are not empty
  std::size_t distinct = 0;
  std::size_t numbers = 0;     ///< of the values
  bool is_number = false;      ///< all are numbers
  bool is_integer = false;     ///< and whole ones
  bool is_time = false;        ///< all are seconds, milli-, micro- or nanoseconds since 1970 from
                               ///< 1980 to 2100, or dates
  bool is_date = false;        ///< all are dates, in whatever form
  bool is_row_number = false;  ///< 0, 1, 2, ... or 1, 2, 3, ...
  bool is_sorted = false;      ///< equal values stand together
  double max_size = 0.0;       ///< of numbers, without their signs
  std::vector<std::string> first;  ///< up to three distinct values
};

/// Looks at the columns of `lines`; lines of other lengths than `field_count` are left out.
std::vector<ColumnContent> look_at_columns(std::span<const std::vector<std::string>> lines,
                                           std::size_t field_count);

/// Why a column is none of ratings: "holds times (978300760, ...)"; empty where it may be one.
std::string why_no_rating(const ColumnContent& column);

/// What a column holds that has no numbers where ratings are expected, and what to do about it.
std::string why_no_number(const ColumnContent& column);

/// The columns of user, item, rating and perhaps timestamp in this order, leaving out those that
/// cannot be one: nothing unless all are found. `is_certain`: whether there is no other way to see
/// it.
struct ColumnGuess {
  ColumnRoles roles;
  bool is_certain = false;
};
std::optional<ColumnGuess> guess_columns(std::span<const ColumnContent> columns);

/// Whether a column looks like a scale that ratings are given on: few, small numbers, mixed.
bool is_scale(const ColumnContent& column);

/// "user=1,item=2,rating=4,timestamp=3", as --columns takes it.
std::string columns_option(const ColumnRoles& roles);

/// Whether the columns look like a table of users by items: numbers or nothing, one like the
/// other, in more columns than a list of ratings has. `first` is the first column of them.
bool is_wide_table(std::span<const ColumnContent> columns, std::size_t first);

}  // namespace mfpar
