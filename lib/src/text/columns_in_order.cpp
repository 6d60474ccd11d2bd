// SPDX-License-Identifier: MIT
#include "text/columns_in_order.hpp"

#include "mfpar/error.hpp"
#include "text/line_fault.hpp"

namespace mfpar {

std::string column_name(std::size_t column, const std::vector<std::string>& header) {
  return "column " + std::to_string(column + 1) +
         (header.empty() || header[column].empty() ? "" : " (" + quoted(header[column]) + ")");
}

std::string why_not_in_order(std::span<const ColumnContent> columns,
                             const std::vector<std::string>& header, const ColumnRoles& known,
                             const std::string& delimiter) {
  const auto name = [&](std::size_t column) { return column_name(column, header); };
  constexpr auto kTimestamp = static_cast<std::size_t>(Role::kTimestamp);
  const std::size_t count = columns.size();
  const ColumnContent& third = columns[2];
  if (known[kTimestamp] && *known[kTimestamp] < 3) {
    return name(static_cast<std::size_t>(*known[kTimestamp])) + " is the timestamp";
  }
  for (std::size_t i = 0; i < 2; ++i) {
    const std::size_t other = 1 - i;
    if (columns[i].is_row_number && (count > 3 || columns[other].distinct > 1)) {
      return name(i) + " counts the lines (" + columns[i].first[0] + ", " + columns[i].first[1] +
             ", ...), and is no " + (i == 0 ? "user" : "item");
    }
    // An id may look like seconds.
    const bool is_time =
        columns[i].is_time && count == 4 && !columns[3].is_time && guess_columns(columns);
    if (columns[i].is_date || is_time) return name(i) + " " + why_no_rating(columns[i]);
  }
  if (const std::string why = why_no_rating(third); !why.empty()) {
    return name(2) + " " + why + ", no ratings";
  }
  if (count == 4 && third.values > 1 && third.distinct == 1 && columns[3].is_number &&
      columns[3].distinct > 1 && why_no_rating(columns[3]).empty()) {
    return name(2) + " has the same value in every line, and no rating to tell apart";
  }
  if (count == 4 && columns[3].values >= 5 && is_scale(columns[3])) {
    return name(3) + " holds no times (" + columns[3].first[0] + ", " + columns[3].first[1] +
           ", ...)" +
           (delimiter == "," && third.is_integer && columns[3].is_integer
                ? ", and may be behind a decimal comma (" + third.first[0] + "," +
                      columns[3].first[0] + "), which must be in quotes or a point"
                : "");
  }
  // Ids where a rating is expected, and a scale where an id is.
  if (third.is_integer && third.distinct > 20 && third.max_size > 100.0) {
    for (std::size_t i = 0; i < 2; ++i) {
      if (columns[i].values >= 20 && is_scale(columns[i])) {
        return name(2) + " holds " + std::to_string(third.distinct) +
               " different numbers in the first " + std::to_string(third.values) + " lines, and " +
               name(i) + " " + std::to_string(columns[i].distinct) + ", as ratings would";
      }
    }
  }
  return {};
}

}  // namespace mfpar
