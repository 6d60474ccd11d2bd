// SPDX-License-Identifier: MIT
#include "common/condition.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

std::optional<double> number_in(std::string_view text) {
  double number = 0.0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

bool matches(const Condition& condition, std::string_view field) {
  using Kind = Condition::Kind;
  const bool same_length = field.size() == condition.text.size();
  switch (condition.kind) {
    case Kind::kHolds:
      return holds(field, condition.text);
    case Kind::kHoldsNot:
      return !holds(field, condition.text);
    case Kind::kIs:
      return same_length && holds(field, condition.text);
    case Kind::kIsNot:
      return !(same_length && holds(field, condition.text));
    case Kind::kAtLeast:
    case Kind::kAtMost:
      break;
  }
  const auto number = number_in(field);
  return number && (condition.kind == Kind::kAtLeast ? *number >= condition.number
                                                     : *number <= condition.number);
}

}  // namespace

Condition Condition::parse(const std::string& text, const std::string& option) {
  constexpr std::pair<std::string_view, Kind> kOperators[] = {
      {"!~", Kind::kHoldsNot}, {"!=", Kind::kIsNot}, {">=", Kind::kAtLeast},
      {"<=", Kind::kAtMost},   {"~", Kind::kHolds},  {"=", Kind::kIs}};
  // The first operator in the text: what follows it may hold others.
  Condition condition;
  std::size_t first = text.npos, length = 0;
  for (const auto& [sign, kind] : kOperators) {
    const std::size_t at = text.find(sign);
    if (at >= first) continue;
    first = at;
    length = sign.size();
    condition.kind = kind;
  }
  const bool compares = condition.kind == Kind::kAtLeast || condition.kind == Kind::kAtMost;
  if (first == text.npos || first == 0) {
    throw Error(ErrorCode::kBadOption, option + " is '" + text +
                                           "'; it must be COLUMN~TEXT, COLUMN!~TEXT, COLUMN=TEXT, "
                                           "COLUMN!=TEXT, COLUMN>=NUMBER or COLUMN<=NUMBER");
  }
  condition.column = text.substr(0, first);
  condition.text = text.substr(first + length);
  if (compares) {
    const auto number = number_in(condition.text);
    if (!number) {
      throw Error(ErrorCode::kBadOption,
                  option + " is '" + text + "'; after >= and <= a number is expected");
    }
    condition.number = *number;
  }
  return condition;
}

std::vector<ItemIndex> items_where(const std::vector<Condition>& conditions,
                                   const ItemTitles& titles, ItemIndex item_count,
                                   const std::string& option) {
  std::vector<std::size_t> columns;
  columns.reserve(conditions.size());
  for (const Condition& condition : conditions) {
    columns.push_back(require_column(titles, condition.column, option));
  }
  std::vector<ItemIndex> items;
  for (ItemIndex item = 0; item < item_count; ++item) {
    bool all = true;
    for (std::size_t i = 0; i < conditions.size() && all; ++i) {
      all = matches(conditions[i], titles.text(item, columns[i]));
    }
    if (all) items.push_back(item);
  }
  return items;
}

}  // namespace mfpar::apps
