// SPDX-License-Identifier: MIT
#include "text/column_roles.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "mfpar/error.hpp"
#include "text/column_names.hpp"

namespace mfpar {

namespace {

[[noreturn]] void no_such_column(const std::string& name, Role role, std::string_view asked,
                                 const std::string& what_there_is) {
  throw Error(ErrorCode::kBadOption, name + ": there is no column " + quoted(asked) + " for the " +
                                         std::string(name_of(role)) + "; " + what_there_is +
                                         "; name another with --columns");
}

}  // namespace

std::string_view asked_column(const ReadOptions& options, Role role) {
  switch (role) {
    case Role::kUser:
      return options.user_column;
    case Role::kItem:
      return options.item_column;
    case Role::kRating:
      return options.rating_column;
    case Role::kTimestamp:
      break;
  }
  return options.timestamp_column;
}

bool is_column_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

ColumnRoles known_columns(std::span<const std::string> header) {
  ColumnRoles columns;
  std::array<int, kRoles> ranks{};
  bool is_rating_clear = true;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::optional<NamedRole> named = named_role(header[i]);
    if (!named) continue;
    const auto role = static_cast<std::size_t>(named->role);
    if (columns[role] && ranks[role] <= named->rank) {
      const bool is_tie = ranks[role] == named->rank && named->rank >= kLooseRank;
      if (named->role == Role::kRating && is_tie) is_rating_clear = false;
      continue;
    }
    columns[role] = static_cast<int>(i);
    ranks[role] = named->rank;
    if (named->role == Role::kRating) is_rating_clear = true;
  }
  if (!is_rating_clear) columns[static_cast<std::size_t>(Role::kRating)].reset();
  return columns;
}

ColumnRoles asked_columns(const ReadOptions& options, std::span<const std::string> header,
                          std::size_t field_count, const std::string& name) {
  // A header is what the first line must be where somebody asks for names.
  const bool has_names = !std::all_of(header.begin(), header.end(), [](const std::string& cell) {
    return cell.find_first_not_of("0123456789.-") == cell.npos;
  });
  const std::string what_there_is = has_names ? "the columns are " + list_of(header)
                                              : "the file has no header and " +
                                                    std::to_string(field_count) +
                                                    " columns, which are numbered from 1";
  ColumnRoles columns;
  for (std::size_t i = 0; i < kRoles; ++i) {
    const Role role = static_cast<Role>(i);
    const std::string_view asked = asked_column(options, role);
    if (asked.empty()) continue;
    if (is_column_number(asked)) {
      std::size_t number = 0;
      std::from_chars(asked.data(), asked.data() + asked.size(), number);
      if (number < 1 || number > field_count) no_such_column(name, role, asked, what_there_is);
      columns[i] = static_cast<int>(number - 1);
    } else {
      const auto found = std::find_if(header.begin(), header.end(), [&](const std::string& column) {
        return is_same_name(column, asked);
      });
      if (found == header.end()) no_such_column(name, role, asked, what_there_is);
      columns[i] = static_cast<int>(found - header.begin());
    }
  }
  return columns;
}

std::string list_of(std::span<const std::string> header) {
  std::string list;
  for (const std::string& column : header) {
    if (!list.empty()) list += ", ";
    list += quoted(column);
  }
  return list;
}

}  // namespace mfpar
