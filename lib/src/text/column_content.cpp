// SPDX-License-Identifier: MIT
#include "text/column_content.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "mfpar/error.hpp"
#include "text/field_values.hpp"

namespace mfpar {

namespace {

/// So many lines show that a column counts them, or has another value in each, and not by chance.
constexpr std::size_t kEnoughLines = 20;

/// Ratings have few distinct values, if they are not continuous.
constexpr std::size_t kFewValues = 20;

/// A date that people write: 19.02.2005, 02/19/05, 2005-02-19 and with the time of day.
bool is_date(std::string_view text) {
  std::size_t numbers = 0, at = 0;
  while (numbers < 3) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789", at), text.size());
    if (end == at || end - at > 4) return false;
    ++numbers;
    at = end;
    if (numbers == 3) break;
    if (at == text.size() || std::string_view("./-").find(text[at]) == std::string_view::npos) {
      return false;
    }
    ++at;
  }
  return at == text.size() || text[at] == ' ' || text[at] == 'T';
}

bool is_time(std::string_view text) {
  if (is_date(text)) return true;
  const ParsedNumber<std::int64_t> time = parse_timestamp(text);
  if (time.fault != Fault::kNone) return false;
  if (text.find_first_of("-/", 1) != text.npos) return true;        // a date
  constexpr std::int64_t kFrom = 315'532'800, kTo = 4'102'444'800;  // 1980, 2100
  for (std::int64_t unit = 1; unit <= 1'000'000'000; unit *= 1'000) {
    if (time.number >= kFrom * unit && time.number <= kTo * unit) return true;
  }
  return false;
}

/// Follows one column from line to line.
class Watcher {
 public:
  void see(const std::string& text) {
    if (text.empty() || text == "NA" || text == "NaN" || text == "nan") return;
    ++content_.values;
    if (seen_.insert(text).second && content_.first.size() < 3) content_.first.push_back(text);
    const ParsedNumber<float> number = parse_rating(text);
    is_number_ &= number.fault == Fault::kNone;
    content_.numbers += number.fault == Fault::kNone ? 1 : 0;
    is_integer_ &= text.find_first_not_of("0123456789", text[0] == '-' ? 1 : 0) == text.npos;
    is_time_ &= mfpar::is_time(text);
    is_date_ &= mfpar::is_date(text);
    const double value = number.number;
    content_.max_size = std::max(content_.max_size, std::abs(value));
    if (text != last_text_) ++changes_;
    last_text_ = text;
    is_row_number_ &=
        is_integer_ && (content_.values == 1 ? value == 0.0 || value == 1.0 : value == last_ + 1.0);
    last_ = value;
  }

  ColumnContent content() {
    content_.distinct = seen_.size();
    const bool any = content_.values > 0;
    content_.is_number = any && is_number_;
    content_.is_integer = any && is_integer_;
    content_.is_time = any && is_time_;
    content_.is_date = any && is_date_;
    content_.is_sorted = changes_ == content_.distinct;
    content_.is_row_number = content_.values >= kEnoughLines && is_row_number_;
    return content_;
  }

 private:
  ColumnContent content_;
  std::set<std::string> seen_;
  bool is_number_ = true;
  bool is_integer_ = true;
  bool is_time_ = true;
  bool is_date_ = true;
  std::string last_text_;
  std::size_t changes_ = 0;
  bool is_row_number_ = true;
  double last_ = 0.0;
};

std::string examples(const ColumnContent& column) {
  std::string text = " (";
  for (const std::string& value : column.first) text += value + ", ";
  return text + "...)";
}

/// Whether a column is as likely as another to hold the ratings, which are small and few.
bool is_at_least_as_good(const ColumnContent& column, const ColumnContent& other) {
  constexpr double kSmall = 100.0;
  const bool is_small = column.max_size <= kSmall, other_is_small = other.max_size <= kSmall;
  return is_small != other_is_small ? is_small : column.distinct <= other.distinct;
}

}  // namespace

std::vector<ColumnContent> look_at_columns(std::span<const std::vector<std::string>> lines,
                                           std::size_t field_count) {
  std::vector<Watcher> watchers(field_count);
  for (const std::vector<std::string>& line : lines) {
    if (line.size() != field_count) continue;
    for (std::size_t i = 0; i < field_count; ++i) watchers[i].see(line[i]);
  }
  std::vector<ColumnContent> columns;
  columns.reserve(field_count);
  for (Watcher& watcher : watchers) columns.push_back(watcher.content());
  return columns;
}

std::string why_no_rating(const ColumnContent& column) {
  if (column.is_time) return "holds times" + examples(column);
  if (column.is_row_number) return "counts the lines" + examples(column);
  if (column.is_integer && column.values >= kEnoughLines && column.distinct == column.values) {
    return "has another number in every line" + examples(column);
  }
  return {};
}

bool is_scale(const ColumnContent& column) {
  constexpr std::size_t kFewest = 2, kMost = 11;
  constexpr double kLargest = 100.0;
  return column.is_number && !column.is_time && !column.is_row_number && !column.is_sorted &&
         column.distinct >= kFewest && column.distinct <= kMost && column.max_size <= kLargest;
}

std::optional<ColumnGuess> guess_columns(std::span<const ColumnContent> columns) {
  std::optional<int> timestamp, rating;
  std::vector<int> others;
  std::size_t may_be_ratings = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto place = static_cast<int>(i);
    if (columns[i].is_row_number) continue;
    if (columns[i].is_time) {
      if (timestamp) return std::nullopt;
      timestamp = place;
      continue;
    }
    others.push_back(place);
  }
  const auto distinct = [&](int place) {
    return columns[static_cast<std::size_t>(place)].distinct;
  };
  for (const int place : others) {
    const ColumnContent& column = columns[static_cast<std::size_t>(place)];
    if (!column.is_number || column.distinct < 2 || !why_no_rating(column).empty()) continue;
    if (column.distinct <= kFewValues) ++may_be_ratings;
    if (!rating || is_at_least_as_good(column, columns[static_cast<std::size_t>(*rating)])) {
      rating = place;
    }
  }
  if (!rating || others.size() != 3) return std::nullopt;
  others.erase(std::find(others.begin(), others.end(), *rating));
  ColumnGuess guess{{others[0], others[1], *rating, timestamp}};
  const bool is_least = distinct(*rating) < std::min(distinct(others[0]), distinct(others[1]));
  guess.is_certain = distinct(*rating) <= kFewValues && (may_be_ratings == 1 || is_least);
  return guess;
}

std::string columns_option(const ColumnRoles& roles) {
  std::string text;
  for (std::size_t i = 0; i < kRoles; ++i) {
    if (!roles[i]) continue;
    text.append(text.empty() ? "" : ",").append(name_of(static_cast<Role>(i)));
    text.append("=").append(std::to_string(*roles[i] + 1));
  }
  return text;
}

bool is_wide_table(std::span<const ColumnContent> columns, std::size_t first) {
  constexpr std::size_t kWide = 8;
  if (columns.size() < first + kWide) return false;
  return std::all_of(columns.begin() + static_cast<std::ptrdiff_t>(first), columns.end(),
                     [](const ColumnContent& column) {
                       return (column.values == 0 || column.is_number) && !column.is_time;
                     });
}

std::string why_no_number(const ColumnContent& column) {
  std::string text = "holds no numbers (";
  for (std::size_t i = 0; i < column.first.size(); ++i) {
    text += (i == 0 ? "" : ", ") + quoted(column.first[i]);
  }
  const bool has_thousands = !column.first.empty() &&
                             column.first[0].find_first_not_of("0123456789,.") == std::string::npos;
  return text + (has_thousands ? "); leave out what separates thousands"
                               : "); put numbers in their place");
}

}  // namespace mfpar
