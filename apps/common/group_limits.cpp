// SPDX-License-Identifier: MIT
#include "common/group_limits.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <sstream>

#include "common/text.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

std::vector<GroupLimit> GroupLimits::parse(const std::string& text,
                                           const std::string& option) const {
  std::vector<GroupLimit> limits;
  std::istringstream list(text);
  for (std::string one; std::getline(list, one, ',');) limits.push_back(parse_one(one, option));
  if (limits.empty()) parse_one(text, option);  // throws
  return limits;
}

GroupLimit GroupLimits::parse_one(const std::string& text, const std::string& option) const {
  std::uint32_t at_most = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, at_most);
  if (error != std::errc() || at_most == 0 || stop == end || *stop != ':') {
    throw Error(ErrorCode::kBadOption, option + " is " + mfpar::quoted(text) +
                                           "; it must be N:COLUMN with N from 1, such as 3:genres");
  }
  const std::size_t column = require_column(titles_, std::string(stop + 1, end), option);
  const std::lock_guard lock(mutex_);
  const auto [found, is_new] = groups_.try_emplace(column);
  if (is_new) found->second = groups_in(column);
  return {.groups = &found->second, .at_most = at_most};
}

/// The groups that a column names, numbered in order of first appearance.
ItemGroups GroupLimits::groups_in(std::size_t column) const {
  std::map<std::string, std::uint32_t> numbers;
  ItemGroups groups(item_count_);
  for (ItemIndex item = 0; item < item_count_; ++item) {
    std::istringstream field{std::string(titles_.text(item, column))};
    for (std::string name; std::getline(field, name, '|');) {
      if (name.empty()) continue;
      const auto next = static_cast<std::uint32_t>(numbers.size());
      const std::uint32_t number = numbers.try_emplace(name, next).first->second;
      if (!std::ranges::count(groups[item], number)) groups[item].push_back(number);
    }
  }
  return groups;
}

}  // namespace mfpar::apps
