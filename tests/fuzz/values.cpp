// SPDX-License-Identifier: MIT
//
// Words of a line: numbers, times, ids, conditions, JSON.
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "base/id_builder.hpp"
#include "common/condition.hpp"
#include "common/item_pairs.hpp"
#include "common/json.hpp"
#include "expect.hpp"
#include "mf-serve/parameters.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/read_ratings.hpp"
#include "mfpar/recommender.hpp"
#include "targets.hpp"
#include "text/field_values.hpp"

namespace mfpar::fuzz {

namespace {

void check_number(std::string_view text) {
  const auto rating = parse_rating(text);
  if (rating.fault == Fault::kNone) {
    require(std::isfinite(rating.number), "ratings are finite");
    const auto again = parse_rating(shortest_decimal(rating.number));
    require(again.fault == Fault::kNone && again.number == rating.number,
            "a number is what its shortest decimal says");
    require(looks_like_number(text), "a number looks like one");
  } else {
    require(rating.bad_at <= text.size(), "what is wrong is in the text");
  }
  const auto time = parse_timestamp(text);
  const auto known = parse_time(text);
  require(!known || (time.fault == Fault::kNone && time.number == *known), "times are times");
  if (const auto whole = apps::whole_number_in(text)) {
    require(apps::number_in(text) == static_cast<double>(*whole), "whole numbers are numbers");
  }
  if (const auto order = parse_rank_by(text)) {
    require(parse_rank_by(name_of(*order)) == order, "an order is what its name says");
  }
}

void check_words(const std::string& text) {
  is_rounded_integer(text);
  is_whole_fraction(text);
  is_summary(text);
  const std::string shown = mfpar::quoted(text);
  require(shown.size() >= 2 && shown.find('\n') == shown.npos, "a message is one line");
  succeeds([&] {
    const auto condition = apps::Condition::parse(text);
    require(!condition.column.empty(), "a condition is of a column");
  });
  succeeds([&] {
    for (const ItemRating& pair : apps::parse_pairs({text})) {
      require(std::isfinite(pair.value), "ratings are finite");
    }
  });
  succeeds([&] {
    const apps::Json json = apps::parse_json(text);
    const std::string written = apps::text_of(json);
    require(apps::text_of(apps::parse_json(written)) == written, "JSON is read as it is written");
    apps::id_of(json);
  });
}

/// Each line is an id.
void check_ids(std::string_view text) {
  std::vector<std::string> ids;
  IdBuilder builder;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::uint32_t known = builder.size();
    const std::uint32_t index = builder.add(line);
    require(index <= known, "indices ascend");
    if (index == known) ids.emplace_back(line);
    require(ids[index] == line, "an index is of one id");
  }
  const IdDictionary dictionary = std::move(builder).build();
  require(dictionary.size() == ids.size(), "every id has an index");
  for (std::uint32_t i = 0; i < dictionary.size(); ++i) {
    require(dictionary.id(i) == ids[i], "ids come back letter for letter");
    require(dictionary.find(ids[i]) == i, "an id is found");
  }
}

}  // namespace

void values(std::string_view input) {
  check_number(input);
  check_words(std::string(input));
  check_ids(input);
}

}  // namespace mfpar::fuzz
