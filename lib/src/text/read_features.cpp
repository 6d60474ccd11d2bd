// SPDX-License-Identifier: MIT
#include "mfpar/read_features.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "base/ascii.hpp"
#include "base/id_builder.hpp"
#include "mfpar/delimited_text.hpp"
#include "mfpar/error.hpp"
#include "text/column_names.hpp"
#include "text/column_roles.hpp"
#include "text/feature_columns.hpp"
#include "text/feature_values.hpp"

namespace mfpar {

namespace {

using Row = std::vector<std::string>;

const char* plural_of(Entity entity) { return entity == Entity::kUser ? "users" : "items"; }

bool has_digit(std::string_view text) {
  return text.find_first_of("0123456789") != std::string_view::npos;
}

/// Which column of a header holds the ids, by its name.
std::optional<std::size_t> named_id_column(const Row& header, Entity entity) {
  const auto id =
      std::ranges::find_if(header, [](const std::string& name) { return lowered(name) == "id"; });
  if (id != header.end()) return static_cast<std::size_t>(id - header.begin());
  const Role role = entity == Entity::kUser ? Role::kUser : Role::kItem;
  const auto column = known_columns(header)[static_cast<std::size_t>(role)];
  // A title is an id where there are no others; here there is a first column.
  if (!column || is_title(header[static_cast<std::size_t>(*column)])) return std::nullopt;
  return static_cast<std::size_t>(*column);
}

/// The names of the columns, and which holds the ids.
struct Header {
  bool is_there = false;
  Row names;
  std::size_t id = 0;
};

Header find_header(const DelimitedText& file, Entity entity) {
  const Row& first = file.rows.front();
  Header header{true, first, 0};
  const bool has_number = std::ranges::any_of(
      first, [](const std::string& field) { return number_of(field).has_value(); });
  const std::optional<std::size_t> named = named_id_column(first, entity);
  if (!has_number && !has_digit(first[0])) {
    header.id = named.value_or(0);
    const bool is_known = named || std::ranges::any_of(first, [](const std::string& name) {
                            return is_title(name) || names_a_feature(name);
                          });
    const auto with_digit = std::count_if(file.rows.begin() + 1, file.rows.end(),
                                          [&](const Row& row) { return has_digit(row[0]); });
    if (is_known || 2 * static_cast<std::size_t>(with_digit) > file.rows.size() - 1) return header;
  }
  header = {};
  for (std::size_t i = 0; i < first.size(); ++i) {
    header.names.push_back("column" + std::to_string(i + 1));
  }
  return header;
}

void check_shape(const DelimitedText& file, Entity entity) {
  if (file.rows.empty()) {
    throw Error(ErrorCode::kBadData,
                file.name + ": is empty; expected a line for each of the " + plural_of(entity) +
                    ": an id, and what is known of it (genres, year, age, ...)");
  }
  const std::size_t width = file.rows.front().size();
  if (width < 2) {
    throw Error(ErrorCode::kBadData,
                file.place(0) +
                    "there is one column only; expected an id and what is known of it, separated "
                    "by :: tab , ; or |");
  }
  for (std::size_t r = 0; r < file.rows.size(); ++r) {
    if (file.rows[r].size() == width) continue;
    throw Error(ErrorCode::kBadData,
                file.place(r) + std::to_string(file.rows[r].size()) + " fields; expected " +
                    std::to_string(width) + " as in the first line, separated by " +
                    quoted(file.delimiter) + " (quotes keep a delimiter in a field)");
  }
}

/// The rows of the file by id, without what is missing in them.
std::vector<Row> rows_by_id(DelimitedText& file, const Header& header, FeatureTable& table) {
  IdBuilder ids;
  std::vector<Row> rows;
  std::size_t repeated = 0;
  for (std::size_t r = header.is_there ? 1 : 0; r < file.rows.size(); ++r) {
    Row& row = file.rows[r];
    if (row[header.id].empty()) {
      throw Error(ErrorCode::kBadData, file.place(r) + "there is no id in column " +
                                           std::to_string(header.id + 1) + " (" +
                                           quoted(header.names[header.id]) +
                                           "); write one or leave the line out");
    }
    const std::uint32_t index = ids.add(row[header.id]);
    for (std::string& field : row) {
      if (is_missing(field)) field.clear();
    }
    if (index == rows.size()) {
      rows.push_back(std::move(row));
    } else {
      rows[index] = std::move(row);
      ++repeated;
    }
  }
  if (repeated > 0) {
    table.notes.push_back(table.source + ": " + std::to_string(repeated) +
                          " lines are of an id that stands in another line too; the last counts");
  }
  table.ids = std::move(ids).build();
  return rows;
}

/// Puts the features of columns side by side, and divides each row by the root of their number.
Features joined(const std::vector<ColumnFeatures>& columns, std::size_t rows) {
  Features all;
  std::vector<std::uint32_t> first;
  for (const ColumnFeatures& column : columns) {
    first.push_back(static_cast<std::uint32_t>(all.names.size()));
    const auto& names = column.features.names;
    all.names.insert(all.names.end(), names.begin(), names.end());
  }
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t begin = all.indices.size();
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const Features& of_column = columns[c].features;
      for (std::size_t at = of_column.offsets[row]; at < of_column.offsets[row + 1]; ++at) {
        all.indices.push_back(first[c] + of_column.indices[at]);
        all.values.push_back(of_column.values[at]);
      }
    }
    const auto root = std::sqrt(static_cast<float>(all.indices.size() - begin));
    for (std::size_t at = begin; at < all.values.size(); ++at) all.values[at] /= root;
    all.offsets.push_back(all.indices.size());
  }
  return all;
}

/// Titles repeat what a column of years says.
void prefer_years_to_titles(std::vector<ColumnFeatures>& columns, std::size_t rows) {
  if (std::ranges::none_of(columns, [](const ColumnFeatures& column) {
        return column.has_years && !column.is_of_titles;
      })) {
    return;
  }
  for (ColumnFeatures& column : columns) {
    if (!column.is_of_titles) continue;
    column = no_features(column.column.name, "another column has the years of its titles", rows);
  }
}

[[noreturn]] void nothing_to_use(const FeatureTable& table) {
  std::string why;
  constexpr std::size_t kShown = 5;
  for (std::size_t i = 0; i < std::min(kShown, table.columns.size()); ++i) {
    const FeatureColumn& column = table.columns[i];
    why += (i > 0 ? ", " : "") + column.name + " (" + column.reading + ")";
  }
  throw Error(ErrorCode::kBadData,
              table.source + ": no column tells of its " + plural_of(table.entity) +
                  " what they share with others: " + why +
                  "; expected genres, years, ages and the like, beside ids in the first column or "
                  "one called id");
}

}  // namespace

FeatureTable read_features(const std::string& path, Entity entity, const FeatureOptions& options) {
  DelimitedText file = read_delimited(path, options.delimiter);
  check_shape(file, entity);
  FeatureTable table;
  table.source = file.name;
  table.entity = entity;
  for (const std::string& note : file.notes) table.notes.push_back(file.name + ' ' + note);
  const Header header = find_header(file, entity);
  if (header.is_there && file.rows.size() == 1) {
    throw Error(ErrorCode::kBadData, file.name +
                                         " has a header and no other line; expected one "
                                         "for each of the " +
                                         plural_of(entity));
  }
  table.id_column = header.names[header.id];
  const std::vector<Row> rows = rows_by_id(file, header, table);
  std::vector<ColumnFeatures> columns;
  for (std::size_t c = 0; c < header.names.size(); ++c) {
    if (c == header.id) continue;
    columns.push_back(read_feature_column(rows, c, header.names[c], options.least_rows));
  }
  prefer_years_to_titles(columns, rows.size());
  for (const ColumnFeatures& column : columns) table.columns.push_back(column.column);
  table.features = joined(columns, rows.size());
  if (table.features.names.empty()) nothing_to_use(table);
  return table;
}

std::uint32_t count_known(const FeatureTable& table, const IdDictionary& ids) {
  std::uint32_t known = 0;
  for (std::uint32_t index = 0; index < ids.size(); ++index) {
    known += table.ids.find(ids.id(index)) != kNoIndex;
  }
  if (known > 0 || ids.size() == 0) return known;
  const std::string what = plural_of(table.entity);
  throw Error(ErrorCode::kBadData,
              table.source + ": none of the " + what +
                  " that have ratings is there: ids in its column " + quoted(table.id_column) +
                  " are such as " + quoted(table.ids.id(0)) + ", those of the ratings such as " +
                  quoted(ids.id(0)) +
                  "; ids must be equal letter by letter, in the first column or one called id");
}

Features align(const FeatureTable& table, const IdDictionary& ids) {
  count_known(table, ids);
  Features aligned;
  aligned.names = table.features.names;
  for (std::uint32_t index = 0; index < ids.size(); ++index) {
    if (const std::uint32_t row = table.ids.find(ids.id(index)); row != kNoIndex) {
      const auto begin = static_cast<std::ptrdiff_t>(table.features.offsets[row]);
      const auto end = static_cast<std::ptrdiff_t>(table.features.offsets[row + 1]);
      const auto& indices = table.features.indices;
      const auto& values = table.features.values;
      aligned.indices.insert(aligned.indices.end(), indices.begin() + begin, indices.begin() + end);
      aligned.values.insert(aligned.values.end(), values.begin() + begin, values.begin() + end);
    }
    aligned.offsets.push_back(aligned.indices.size());
  }
  return aligned;
}

}  // namespace mfpar
