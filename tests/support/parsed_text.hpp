// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "mfpar/error.hpp"
#include "mfpar/read_ratings.hpp"

namespace mfpar {

/// The ratings of a table in order, by id: `user item value[@time]` apart with /.
inline std::string shown(const RatingTable& table) {
  std::string text;
  const auto users = table.users(), items = table.items();
  for (std::uint64_t i = 0; i < table.size(); ++i) {
    const Rating rating = table.at(i);
    std::string value = std::to_string(rating.value);
    value.erase(value.find_last_not_of('0') + 1);
    if (value.back() == '.') value.pop_back();
    text += users->id(rating.user) + " " + items->id(rating.item) + " " + value;
    if (rating.timestamp != 0) text += "@" + std::to_string(rating.timestamp);
    text += "/";
  }
  return text;
}

/// What parsing `text` gives: the ratings, or the message.
inline std::string parsed(std::string_view text, const ReadOptions& options = {}) {
  try {
    return shown(parse_ratings(text, "f", options).ratings);
  } catch (const Error& error) {
    return error.what();
  }
}

inline ReadOptions with_columns(std::string user, std::string item, std::string rating,
                                std::string timestamp = "") {
  ReadOptions options;
  options.user_column = std::move(user);
  options.item_column = std::move(item);
  options.rating_column = std::move(rating);
  options.timestamp_column = std::move(timestamp);
  if (!options.timestamp_column.empty()) {
    options.timestamps = ReadOptions::Timestamps::kRequired;
  }
  return options;
}

inline ReadOptions skipping(double most_bad_share = 1.0) {
  ReadOptions options;
  options.on_bad_line = ReadOptions::OnBadLine::kSkip;
  options.most_bad_share = most_bad_share;
  return options;
}

}  // namespace mfpar
