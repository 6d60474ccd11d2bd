// SPDX-License-Identifier: MIT
#include "text/feature_columns.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "text/column_names.hpp"
#include "text/feature_values.hpp"

namespace mfpar {

namespace {

/// So many different whole numbers are codes; or more, with enough rows each.
constexpr std::size_t kFewCodes = 12, kMoreCodes = 32, kRowsOfCode = 20;

/// Numbers are cut here, in standard deviations; where one is beyond kLongTail, ranks do better.
constexpr double kFarthest = 3.0, kLongTail = 5.0;

/// The fields of a column that are not missing, by row.
struct Cell {
  std::size_t row = 0;
  std::string_view text;
};

class Column {
 public:
  Column(std::span<const std::vector<std::string>> rows, std::size_t at, const std::string& name,
         std::uint32_t least_rows)
      : name_(name), rows_(rows.size()), least_rows_(std::max(least_rows, 1u)) {
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (!rows[row][at].empty()) cells_.push_back({row, rows[row][at]});
    }
  }

  ColumnFeatures read() const;

 private:
  /// The share of the cells of which `holds` is true.
  template <class Holds>
  double share(const Holds& holds) const {
    const auto count = std::ranges::count_if(cells_, [&](const Cell& c) { return holds(c.text); });
    return static_cast<double>(count) / static_cast<double>(cells_.size());
  }

  /// By `labels_of`, which gives the categories of a cell. Nothing where a smaller share than
  /// `least_shared` of all that it gives is in categories that enough rows have.
  template <class LabelsOf>
  std::optional<ColumnFeatures> categories(const std::string& name, const std::string& reading,
                                           double least_shared, const LabelsOf& labels_of) const;

  std::optional<ColumnFeatures> years() const;
  std::optional<ColumnFeatures> numbers() const;
  std::optional<ColumnFeatures> lists() const;
  ColumnFeatures standardised(const std::vector<double>& numbers,
                              const std::vector<std::size_t>& rows) const;
  std::size_t distinct() const;
  ColumnFeatures nothing(const std::string& why) const { return no_features(name_, why, rows_); }

  std::string name_;
  std::size_t rows_;
  std::uint32_t least_rows_;
  std::vector<Cell> cells_;
};

std::size_t Column::distinct() const {
  std::vector<std::string_view> texts;
  for (const Cell& cell : cells_) texts.push_back(cell.text);
  std::sort(texts.begin(), texts.end());
  return static_cast<std::size_t>(std::unique(texts.begin(), texts.end()) - texts.begin());
}

template <class LabelsOf>
std::optional<ColumnFeatures> Column::categories(const std::string& name,
                                                 const std::string& reading, double least_shared,
                                                 const LabelsOf& labels_of) const {
  std::vector<std::vector<std::string>> labels(rows_);
  std::map<std::string, std::uint32_t> counts;
  std::size_t all = 0, shared = 0;
  for (const Cell& cell : cells_) {
    std::vector<std::string>& of_row = labels[cell.row] = labels_of(cell.text);
    std::sort(of_row.begin(), of_row.end());
    of_row.erase(std::unique(of_row.begin(), of_row.end()), of_row.end());
    for (const std::string& label : of_row) ++counts[label];
    all += of_row.size();
  }
  ColumnFeatures result{{name_, 0, reading}, {}, false, false};
  std::map<std::string, std::uint32_t> features;
  for (const auto& entry : counts) {
    if (entry.second < least_rows_) continue;
    shared += entry.second;
    features.emplace(entry.first, static_cast<std::uint32_t>(result.features.names.size()));
    result.features.names.push_back(name + '=' + entry.first);
  }
  if (features.empty() || static_cast<double>(shared) < least_shared * static_cast<double>(all)) {
    return std::nullopt;
  }
  for (const std::vector<std::string>& of_row : labels) {
    for (const std::string& label : of_row) {
      const auto found = features.find(label);
      if (found == features.end()) continue;
      result.features.indices.push_back(found->second);
      result.features.values.push_back(1.0f);
    }
    result.features.offsets.push_back(result.features.indices.size());
  }
  result.column.features = features.size();
  return result;
}

std::optional<ColumnFeatures> Column::years() const {
  const auto read_by = [&](auto year_of, const std::string& name) {
    auto found = categories(name, "years", 0.0, [&](std::string_view text) {
      const std::optional<int> year = year_of(text);
      return year ? std::vector{five_years(*year)} : std::vector<std::string>();
    });
    if (found) found->has_years = true;
    return found;
  };
  constexpr double kMost = 0.9, kHalf = 0.5;
  const auto holds = [](auto year_of) {
    return [year_of](std::string_view text) { return year_of(text).has_value(); };
  };
  if (names_a_year(name_) && share(holds(year_of_number)) >= kMost) {
    return read_by(year_of_number, name_);
  }
  if (share(holds(year_of_date)) >= kMost) return read_by(year_of_date, name_);
  if (share(holds(year_of_title)) < kHalf) return std::nullopt;
  auto found = read_by(year_of_title, "year");
  if (found) {
    found->is_of_titles = true;
    found->column.reading = "years in titles";
  }
  return found;
}

ColumnFeatures Column::standardised(const std::vector<double>& numbers,
                                    const std::vector<std::size_t>& rows) const {
  const auto moments = [](const std::vector<double>& of) {
    const auto count = static_cast<double>(of.size());
    double mean = 0.0, squares = 0.0;
    for (const double x : of) mean += x / count;
    for (const double x : of) squares += (x - mean) * (x - mean) / count;
    return std::pair(mean, std::sqrt(squares));
  };
  ColumnFeatures result{{name_, 1, "numbers"}, {}, false, false};
  std::pair<double, double> scale = moments(numbers);
  std::vector<double> of_scale = numbers;
  if (std::ranges::any_of(numbers, [&](double x) {
        return std::abs(x - scale.first) > kLongTail * scale.second;
      })) {
    // Of equal numbers the mean of their ranks.
    std::vector<double> sorted = numbers;
    std::sort(sorted.begin(), sorted.end());
    for (double& x : of_scale) {
      const auto below = std::lower_bound(sorted.begin(), sorted.end(), x) - sorted.begin();
      const auto up_to = std::upper_bound(sorted.begin(), sorted.end(), x) - sorted.begin();
      x = static_cast<double>(below + up_to);
    }
    scale = moments(of_scale);
    result.column.reading = "numbers by rank";
  }
  Features& features = result.features;
  features.names = {name_};
  std::size_t next = 0;
  for (std::size_t row = 0; row < rows_; ++row) {
    if (next < rows.size() && rows[next] == row) {
      const double z = (of_scale[next++] - scale.first) / scale.second;
      features.indices.push_back(0);
      features.values.push_back(static_cast<float>(std::clamp(z, -kFarthest, kFarthest)));
    }
    features.offsets.push_back(features.indices.size());
  }
  return result;
}

std::optional<ColumnFeatures> Column::numbers() const {
  std::vector<double> numbers;
  std::vector<std::size_t> rows;
  bool is_whole = true, is_counting = true, is_time = true;
  for (const Cell& cell : cells_) {
    const std::optional<double> number = number_of(cell.text);
    if (!number) continue;
    is_whole &= *number == std::floor(*number);
    is_counting &= numbers.empty() || *number == numbers.back() + 1.0;
    constexpr double kFrom = 315'532'800.0, kTo = 4'102'444'800.0;  // 1980, 2100, in s or ms
    is_time &= (*number >= kFrom && *number <= kTo) ||
               (*number >= kFrom * 1000.0 && *number <= kTo * 1000.0);
    numbers.push_back(*number);
    rows.push_back(cell.row);
  }
  // A word here and there, such as "unknown", is no number that is known.
  constexpr double kMost = 0.95;
  if (static_cast<double>(numbers.size()) < kMost * static_cast<double>(cells_.size())) {
    return std::nullopt;
  }
  const std::size_t distinct = this->distinct();
  if (distinct == 1) return std::nullopt;  // that there is one may say something
  const bool is_code =
      is_whole && (distinct <= kFewCodes ||
                   (distinct <= kMoreCodes && numbers.size() >= kRowsOfCode * distinct));
  if (is_code) return std::nullopt;  // categories
  if (is_whole && is_counting) return nothing("it counts the rows");
  if (is_whole && names_a_label(name_)) return nothing("its numbers are names");
  if (is_whole && is_time) return nothing("it holds times");
  return standardised(numbers, rows);
}

std::optional<ColumnFeatures> Column::lists() const {
  constexpr double kEnough = 0.05, kHalf = 0.5;
  for (const char separator : {'|', ';', ','}) {
    const bool is_joined =
        share([&](std::string_view text) { return text.find(separator) != text.npos; }) >= kEnough;
    if (!is_joined) continue;
    auto found = categories(name_, std::string("lists joined by ") + separator, kHalf,
                            [&](std::string_view text) {
                              const auto entries = entries_of(text, separator);
                              return std::vector<std::string>(entries.begin(), entries.end());
                            });
    if (found) return found;
  }
  return std::nullopt;
}

ColumnFeatures Column::read() const {
  if (cells_.size() < least_rows_) return nothing("too few rows have a value");
  if (auto found = years()) return std::move(*found);
  const std::size_t distinct = this->distinct();
  if (distinct == 1 && cells_.size() == rows_) return nothing("it is the same in all rows");
  if (distinct <= 2 &&
      std::ranges::all_of(cells_, [](const Cell& c) { return yes_or_no(c.text).has_value(); })) {
    auto found = categories(name_, "yes or no", 0.0, [](std::string_view text) {
      return *yes_or_no(text) ? std::vector<std::string>{"yes"} : std::vector<std::string>();
    });
    return found ? std::move(*found) : nothing("too few rows say yes");
  }
  if (auto found = numbers()) return std::move(*found);
  if (auto found = lists()) return std::move(*found);
  constexpr double kQuarter = 0.25;
  auto found = categories(name_, "categories", kQuarter,
                          [](std::string_view text) { return std::vector{std::string(text)}; });
  return found ? std::move(*found) : nothing("nearly every row has another value");
}

}  // namespace

ColumnFeatures no_features(const std::string& name, const std::string& why, std::size_t rows) {
  ColumnFeatures result{{name, 0, why}, {}, false, false};
  result.features.offsets.resize(rows + 1);
  return result;
}

ColumnFeatures read_feature_column(std::span<const std::vector<std::string>> rows, std::size_t at,
                                   const std::string& name, std::uint32_t least_rows) {
  return Column(rows, at, name, least_rows).read();
}

}  // namespace mfpar
