// SPDX-License-Identifier: MIT
#include "text/column_names.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "base/ascii.hpp"

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
    {"user",    "userid",      "uid",        "reviewer", "customer", "member",    "profile",
     "visitor", "person",      "rater",      "reader",   "viewer",   "listener",  "player",
     "buyer",   "client",      "subscriber", "account",  "cust",     "benutzer",  "nutzer",
     "kunde",   "utilisateur", "usuario",    "utente",   "cliente",  "gebruiker", "\u7528\u6237"},
    {"item",     "itemid",     "movie",        "movieid",      "film",        "show",     "series",
     "book",     "product",    "prod",         "asin",         "isbn",        "song",     "track",
     "artist",   "album",      "anime",        "manga",        "game",        "joke",     "recipe",
     "hotel",    "venue",      "place",        "beer",         "wine",        "article",  "course",
     "business", "restaurant", "sku",          "video",        "app",         "poi",      "content",
     "artikel",  "produkt",    "buch",         "pelicula",     "libro",       "producto", "livre",
     "produit",  "filme",      "\u7535\u5f71", "\u7269\u54c1", "\u5546\u54c1"},
    {"rating", "ratings",   "score",   "scores",     "stars",       "star",       "overall",
     "grade",  "rate",      "vote",    "preference", "points",      "feedback",   "label",
     "value",  "bewertung", "note",    "sterne",     "wertung",     "puntuacion", "calificacion",
     "nota",   "estrellas", "etoiles", "voto",       "valutazione", "avaliacao",  "\u8bc4\u5206"},
    {"timestamp", "ts", "time", "date", "datetime", "created", "updated", "datum", "fecha", "zeit",
     "\u65f6\u95f4", "\u65e5\u671f"},
}};

/// Words that say nothing of what a column is for, at the end of a name.
constexpr std::string_view kIdWords[] = {"id",   "ids", "key",   "no",   "nr",   "number",
                                         "code", "idx", "index", "hash", "uuid", "token"};

/// Words that say of a rating that it is the user's own.
constexpr std::string_view kOfUser[] = {"my",   "your",   "own",      "user",     "actual",
                                        "true", "review", "reviewer", "customer", "given"};

/// Words that make a number of many ratings of a name, or one that a model made.
constexpr std::string_view kAggregates[] = {
    "avg",        "average",  "mean",   "count",  "num",       "sum",       "total",
    "median",     "std",      "n",      "pred",   "predicted", "estimated", "estimate",
    "prediction", "expected", "global", "scaled", "bias",      "threshold"};

bool is_among(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
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
  bool is_capital_before = false;
  for (const char c : without_type(name)) {
    const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool is_letter = small >= 'a' && small <= 'z';
    const bool is_capital = c != small;
    const bool is_other = !is_letter && !(c >= '0' && c <= '9') && (c & 0x80) == 0;
    if (is_other || (is_capital && !is_capital_before)) is_new = true;
    if (!is_other) {
      if (std::exchange(is_new, false)) words.emplace_back();
      words.back() += small;
    }
    is_capital_before = is_capital;
  }
  return words;
}

/// What the last words of a column's name say it is for.
std::optional<NamedRole> role_of(const Words& name) {
  for (const std::string& word : name) {
    if (is_among(kAggregates, word)) return std::nullopt;
  }
  auto last = name.rbegin();
  bool is_id = false, is_name = false;
  for (; last != name.rend() && name.size() > 1; ++last) {
    const bool is_id_word = is_among(kIdWords, *last), is_name_word = *last == "name";
    if (!is_id_word && !is_name_word && *last != "at") break;
    is_id |= is_id_word;
    is_name |= is_name_word;
  }
  if (last == name.rend()) return std::nullopt;
  // "beerid" is as good as "beer id".
  std::string_view stem = *last;
  for (const std::string_view ending : {"id", "name", "key"}) {
    if (stem.size() > ending.size() && stem.ends_with(ending)) stem.remove_suffix(ending.size());
  }
  for (std::size_t i = 0; i < kRoles; ++i) {
    const Role role = static_cast<Role>(i);
    const bool is_stem = !is_among(kKnownWords[i], *last);
    if (is_stem && !is_among(kKnownWords[i], stem)) continue;
    const bool is_user_or_item = role == Role::kUser || role == Role::kItem;
    // "rating_id" is no rating.
    if (!is_user_or_item && (is_id || is_stem)) return std::nullopt;
    const bool is_of_user = std::any_of(
        name.begin(), name.end(), [](const std::string& word) { return is_among(kOfUser, word); });
    const int rank = is_user_or_item ? (is_id || is_stem ? 0
                                        : is_name        ? 2
                                                         : 1)
                     : is_of_user    ? 0
                                     : 1;
    return NamedRole{role, kLooseRank + rank};
  }
  return std::nullopt;
}

}  // namespace

std::optional<NamedRole> named_role(std::string_view name) {
  const std::string letters = letters_and_digits(without_type(name));
  for (std::size_t role = 0; role < kRoles; ++role) {
    const auto found = std::find(kKnownNames[role].begin(), kKnownNames[role].end(), letters);
    if (found != kKnownNames[role].end()) {
      return NamedRole{static_cast<Role>(role),
                       static_cast<int>(found - kKnownNames[role].begin())};
    }
  }
  return is_compound(name) ? std::nullopt : role_of(words_of(name));
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
  const auto role = role_of(words);
  return role && (role->role == Role::kUser || role->role == Role::kItem);
}

bool names_a_feature(std::string_view name) {
  constexpr std::string_view kFeatures[] = {
      "year",   "price",    "category", "categories", "genre",    "genres",    "age",
      "gender", "sex",      "dislike",  "title",      "zip",      "zipcode",   "month",
      "hour",   "language", "city",     "country",    "latitude", "longitude", "url",
      "text",   "comment",  "helpful",  "brand",      "size",     "weekday",   "day"};
  const Words words = words_of(name);
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& word) { return is_among(kFeatures, word); });
}

bool names_a_year(std::string_view name) {
  const Words words = words_of(name);
  return std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return word == "year" || word == "yr" || word == "jahr" || word == "releaseyear";
  });
}

bool names_a_label(std::string_view name) {
  constexpr std::string_view kLabels[] = {"zip",   "zipcode",   "postal", "postcode",
                                          "phone", "telephone", "isbn",   "ean"};
  const Words words = words_of(name);
  if (words.empty()) return false;
  const std::string& last = words.back();
  return is_among(kIdWords, last) || is_among(kLabels, last) || last.ends_with("id");
}

bool is_title(std::string_view name) {
  for (const char* title : {"title", "name", "item name", "movie title", "film name"}) {
    if (is_same_name(name, title)) return true;
  }
  return false;
}

bool is_same_name(std::string_view column, std::string_view asked) {
  return lowered(column) == lowered(asked) || lowered(without_type(column)) == lowered(asked);
}

}  // namespace mfpar
