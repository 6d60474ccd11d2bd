// SPDX-License-Identifier: MIT
#include "common/item_fields.hpp"

#include <algorithm>
#include <utility>

#include "common/item_choice.hpp"
#include "common/json_ratings.hpp"
#include "common/options.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

const std::vector<std::string> kFields{"item",    "id",      "title",      "score",      "rating",
                                       "sd",      "p5",      "p95",        "similarity", "cosine",
                                       "columns", "because", "explanation"};

}  // namespace

bool ItemFields::has(const char* name) const {
  return names.empty() || std::ranges::find(names, name) != names.end();
}

void ItemFields::confine(Json& item) const {
  if (names.empty()) return;
  Json confined = Json::object();
  for (auto& [key, value] : item.get_ref<Json::object_t&>()) {
    if (has(key.c_str())) confined.get_ref<Json::object_t&>().emplace_back(key, std::move(value));
  }
  item = std::move(confined);
}

std::vector<std::string> item_fields(const std::vector<std::string>& lists) {
  std::vector<std::string> names;
  for (const std::string& list : lists) {
    for (const std::string& word : ids_in(list)) {
      names.push_back(with_underscores(word));
      if (std::ranges::find(kFields, names.back()) != kFields.end()) continue;
      std::string known;
      for (const std::string& field : kFields) known += (known.empty() ? "" : ", ") + field;
      const std::string meant = nearest(names.back(), kFields);
      throw Error(ErrorCode::kBadOption,
                  "fields has " + mfpar::quoted(word) + "; expected " + known +
                      (meant.empty() ? "" : "; did you mean " + meant + "?"));
    }
  }
  if (names.empty())
    throw Error(ErrorCode::kBadOption, "fields is empty; expected item, score, ...");
  return names;
}

}  // namespace mfpar::apps
