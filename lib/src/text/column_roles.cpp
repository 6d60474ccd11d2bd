// SPDX-License-Identifier: MIT
#include "text/column_roles.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "mfpar/error.hpp"

namespace mfpar {

namespace {

/// Names in lower case without anything but letters and digits; of several that a header has, the
/// first here counts.
const std::array<std::vector<std::string_view>, kRoles> kKnownNames{{
    {"userid", "user", "uid", "username", "customerid", "customer", "reviewerid", "reviewer",
     "memberid", "member", "profileid", "u"},
    {"itemid",   "item",       "iid",        "movieid",  "movie",  "bookid", "book",    "productid",
     "product",  "parentasin", "asin",       "isbn",     "songid", "song",   "trackid", "track",
     "artistid", "artist",     "animeid",    "anime",    "gameid", "game",   "jokeid",  "joke",
     "recipeid", "recipe",     "businessid", "business", "i"},
    {"rating", "score", "stars", "star", "starrating", "bookrating", "userrating", "overall",
     "value", "r"},
    {"timestamp", "ts", "time", "unixtime", "unixreviewtime", "date", "datetime", "t"},
}};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowered(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

std::string letters_and_digits(std::string_view text) {
  std::string result;
  for (const char c : lowered(text)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) result += c;
  }
  return result;
}

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
  std::vector<std::string> names;
  for (const std::string& column : header) names.push_back(letters_and_digits(column));
  for (std::size_t role = 0; role < kRoles; ++role) {
    for (const std::string_view known : kKnownNames[role]) {
      const auto found = std::find(names.begin(), names.end(), known);
      if (found == names.end()) continue;
      columns[role] = static_cast<int>(found - names.begin());
      break;
    }
  }
  return columns;
}

ColumnRoles asked_columns(const ReadOptions& options, std::span<const std::string> header,
                          std::size_t field_count, const std::string& name) {
  const std::string what_there_is =
      header.empty() ? "the file has no header and " + std::to_string(field_count) + " columns"
                     : "the columns are " + list_of(header);
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
        return lowered(column) == lowered(asked);
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
