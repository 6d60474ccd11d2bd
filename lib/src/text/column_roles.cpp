// SPDX-License-Identifier: MIT
#include "text/column_roles.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "mfpar/error.hpp"

namespace mfpar {

namespace {

using Words = std::vector<std::string>;

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

/// The words a name may end in that say what its column is for.
const std::array<std::vector<std::string_view>, kRoles> kKnownWords{{
    {"user", "userid", "uid", "reviewer", "customer", "member", "profile", "visitor", "person",
     "rater", "reader", "viewer", "listener", "player", "buyer", "client", "subscriber", "account",
     "cust"},
    {"item",     "itemid",     "movie", "movieid", "film", "show",    "series",
     "book",     "product",    "prod",  "asin",    "isbn", "song",    "track",
     "artist",   "album",      "anime", "manga",   "game", "joke",    "recipe",
     "hotel",    "venue",      "place", "beer",    "wine", "article", "course",
     "business", "restaurant", "sku",   "video",   "app",  "poi",     "content"},
    {"rating", "ratings", "score", "scores", "stars", "star", "overall", "grade", "rate", "vote",
     "preference", "points", "feedback", "label"},
    {"timestamp", "ts", "time", "date", "datetime", "day", "created", "updated"},
}};

/// Words that say nothing of what a column is for, at the end of a name.
constexpr std::string_view kIdWords[] = {"id",   "ids", "key",   "name", "no",   "nr",    "number",
                                         "code", "idx", "index", "hash", "uuid", "token", "at"};

/// Words that make a number of many ratings of a name.
constexpr std::string_view kAggregates[] = {"avg", "average", "mean",   "count", "num",
                                            "sum", "total",   "median", "std",   "n"};

bool is_among(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

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

/// "item_id" of "item_id:token"; other names as they are.
std::string_view without_type(std::string_view name) {
  constexpr std::string_view kTypes[] = {"token",     "float", "token_seq", "float_seq", "int",
                                         "integer",   "str",   "string",    "double",    "long",
                                         "timestamp", "label", "id",        "number"};
  const std::size_t colon = name.rfind(':');
  if (colon == name.npos || colon == 0) return name;
  const std::string type = lowered(name.substr(colon + 1));
  return is_among(kTypes, type) ? name.substr(0, colon) : name;
}

/// The words of a name in lower case: "Book-Rating", "review/userId" and "created at" have two,
/// three and two.
Words words_of(std::string_view name) {
  Words words;
  bool is_new = true;
  char before = ' ';
  for (const char c : without_type(name)) {
    const char small = lower(c);
    const bool is_letter = small >= 'a' && small <= 'z';
    const bool is_capital = c != small;
    const bool is_other = !is_letter && !(c >= '0' && c <= '9') && (c & 0x80) == 0;
    if (is_other || (is_capital && before == lower(before))) is_new = true;
    if (!is_other) {
      if (std::exchange(is_new, false)) words.emplace_back();
      words.back() += small;
    }
    before = is_other ? ' ' : c;
  }
  return words;
}

/// What the name of a column says it is for, if its last words do.
std::optional<Role> role_of(const Words& name) {
  for (const std::string& word : name) {
    if (is_among(kAggregates, word)) return std::nullopt;
  }
  auto last = name.rbegin();
  while (last != name.rend() && name.size() > 1 && is_among(kIdWords, *last)) ++last;
  if (last == name.rend()) return std::nullopt;
  // "beerid" is as good as "beer id".
  std::string_view stem = *last;
  for (const std::string_view ending : {"id", "name", "key"}) {
    if (stem.size() > ending.size() && stem.ends_with(ending)) stem.remove_suffix(ending.size());
  }
  for (std::size_t role = 0; role < kRoles; ++role) {
    const auto& words = kKnownWords[role];
    if (is_among(words, *last) || is_among(words, stem)) return static_cast<Role>(role);
  }
  return std::nullopt;
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
  for (const std::string& column : header) {
    names.push_back(letters_and_digits(without_type(column)));
  }
  for (std::size_t role = 0; role < kRoles; ++role) {
    for (const std::string_view known : kKnownNames[role]) {
      const auto found = std::find(names.begin(), names.end(), known);
      if (found == names.end()) continue;
      columns[role] = static_cast<int>(found - names.begin());
      break;
    }
  }
  for (std::size_t i = 0; i < header.size(); ++i) {
    const auto place = static_cast<int>(i);
    if (is_compound(header[i]) ||
        std::find(columns.begin(), columns.end(), std::optional(place)) != columns.end()) {
      continue;
    }
    const std::optional<Role> role = role_of(words_of(header[i]));
    if (role && !columns[static_cast<std::size_t>(*role)]) {
      columns[static_cast<std::size_t>(*role)] = place;
    }
  }
  return columns;
}

bool is_compound(std::string_view name) {
  const Words words = words_of(name);
  const auto names = [&](Role role) {
    const auto& known = kKnownWords[static_cast<std::size_t>(role)];
    return std::any_of(words.begin(), words.end(),
                       [&](const std::string& word) { return is_among(known, word); });
  };
  if (!names(Role::kUser) || !names(Role::kItem)) return false;
  // "user_item_rating" is a rating.
  const std::optional<Role> role = role_of(words);
  return role == Role::kUser || role == Role::kItem;
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
        return lowered(column) == lowered(asked) || lowered(without_type(column)) == lowered(asked);
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
