// SPDX-License-Identifier: MIT
#include "mf-eval/pairs.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string_view>
#include <utility>

#include "common/csv.hpp"
#include "common/for_each.hpp"
#include "mfpar/delimited_text.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

/// Rows by which columns are found.
constexpr std::size_t kProbedRows = 100;

bool is_missing(std::string_view field) {
  std::string lower(field);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  constexpr std::string_view kWords[] = {"", "?", "na", "n/a", "nan", "null", "none", "\\n"};
  return std::ranges::find(kWords, lower) != std::end(kWords);
}

/// What stands in for a rating that is missing, in row `row`: numbers as ratings are.
std::string stand_in(std::size_t row) { return std::to_string(1 + row * 7 % 5); }

/// Whether the first row names the columns, as far as a file of two columns shows it.
bool has_header(const std::vector<std::string>& first, const ReadOptions& options) {
  if (options.header) return *options.header;
  for (const std::string& column : {options.user_column, options.item_column}) {
    const bool is_number = column.find_first_not_of("0123456789") == column.npos;
    if (!is_number) return true;
  }
  return find_item_column(first).has_value();
}

/// Rows as text that read_ratings() knows the columns of, with a rating in every line. The place of
/// ratings is column `rating`, one behind the others where there is none.
class CompletedText {
 public:
  CompletedText(const DelimitedText& file, ReadOptions options)
      : file_(file), options_(std::move(options)) {
    options_.delimiter = ",";
    options_.quote = Quote::kRfc;
  }

  /// Reads so many rows. Fields of `rating` that are missing are marked in `is_missing_row`.
  ReadResult read(std::size_t rows, std::size_t rating, bool any_column,
                  std::vector<bool>* missing_rows) const;

 private:
  const DelimitedText& file_;
  ReadOptions options_;
};

ReadResult CompletedText::read(std::size_t rows, std::size_t rating, bool any_column,
                               std::vector<bool>* missing_rows) const {
  std::string text;
  for (std::size_t r = 0; r < rows; ++r) {
    const std::vector<std::string>& row = file_.rows[r];
    bool is_unrated = rating >= row.size();
    for (std::size_t c = 0; c < row.size(); ++c) {
      const bool stands_in = (c == rating || (any_column && c > 0)) && is_missing(row[c]);
      is_unrated = is_unrated || (c == rating && stands_in);
      text += (c == 0 ? "" : ",") + (stands_in ? stand_in(r) : csv_field(row[c]));
    }
    // Where the first line names the columns, it names this one.
    if (rating >= row.size()) {
      const bool is_header = r == 0 && has_header(row, options_);
      text += ',' + (is_header ? "rating" : stand_in(r));
    }
    text += '\n';
    if (missing_rows != nullptr) missing_rows->push_back(is_unrated);
  }
  return parse_ratings(text, file_.name, options_);
}

/// The place of "rating=3" in a report's columns, from 0.
std::size_t rating_column(const std::string& columns) {
  constexpr std::string_view kRating = "rating=";
  const std::size_t at = columns.find(kRating);
  std::size_t column = 0;
  if (at != columns.npos) {
    std::from_chars(columns.data() + at + kRating.size(), columns.data() + columns.size(), column);
  }
  return column - 1;
}

/// JSON lines of pairs, each given a rating.
Pairs read_json_pairs(const std::string& path, const ReadOptions& options) {
  // A line begins with a brace, so that no quote in it means anything.
  const DelimitedText file = read_delimited(path, "\t");
  std::string text;
  for (std::size_t r = 0; r < file.rows.size(); ++r) {
    std::string line;
    for (const std::string& field : file.rows[r]) line += (line.empty() ? "" : "\t") + field;
    const std::size_t end = line.rfind('}');
    text += line.substr(0, end) + ",\"rating\":" + stand_in(r) + "}\n";
  }
  Pairs pairs{.table = std::move(parse_ratings(text, file.name, options).ratings), .is_rated = {}};
  pairs.is_rated.assign(pairs.table.size(), false);
  return pairs;
}

/// The pairs of a MatrixMarket file of the kind pattern; nothing of any other file.
std::optional<Pairs> read_pattern(const std::string& path, ReadOptions options) {
  std::ifstream file(path);
  std::string kind;
  std::getline(file, kind);
  for (char& c : kind) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (!kind.starts_with("%%matrixmarket") || kind.find("pattern") == kind.npos) return std::nullopt;
  options.may_lack_ratings = true;
  Pairs pairs{.table = std::move(read_ratings(path, options).ratings), .is_rated = {}};
  pairs.is_rated.assign(pairs.table.size(), false);
  return pairs;
}

}  // namespace

std::optional<Pairs> read_pairs(const std::string& path, const ReadOptions& options) {
  if (std::optional<Pairs> pattern = read_pattern(path, options)) return pattern;
  const DelimitedText file = read_delimited(path, options.delimiter);
  if (!file.rows.empty() && file.rows.front().front().starts_with('{')) {
    return read_json_pairs(path, options);
  }
  if (file.rows.empty() || file.rows.front().size() < 2) return std::nullopt;
  const std::size_t width = file.rows.front().size();
  for (std::size_t r = 0; r < file.rows.size(); ++r) {
    if (file.rows[r].size() != width) return std::nullopt;
  }
  const CompletedText text(file, options);
  const std::size_t probed = std::min(kProbedRows, file.rows.size());
  std::size_t rating = width;
  if (width > 2) {
    try {
      rating = rating_column(text.read(probed, 0, /*any_column=*/true, nullptr).report.columns);
    } catch (const Error&) {
      // No column is one of ratings.
    }
  }
  std::vector<bool> unrated;
  ReadResult read = text.read(file.rows.size(), rating, /*any_column=*/false, &unrated);
  if (read.report.header) unrated.erase(unrated.begin());
  if (unrated.size() != read.ratings.size()) return std::nullopt;
  Pairs pairs{.table = std::move(read.ratings), .is_rated = {}};
  for (const bool is_unrated : unrated) {
    pairs.is_rated.push_back(!is_unrated);
    pairs.rated += !is_unrated;
  }
  if (pairs.rated == pairs.is_rated.size()) return std::nullopt;
  return pairs;
}

std::vector<std::uint32_t> found_in(const IdDictionary& model_ids, const IdDictionary& ids) {
  std::vector<std::uint32_t> indices(ids.size());
  for (std::uint32_t i = 0; i < ids.size(); ++i) indices[i] = model_ids.find(ids.id(i));
  return indices;
}

std::vector<RatingInterval> predictions_of(const FactorModel& model, const RatingTable& table,
                                           int threads) {
  const std::vector<std::uint32_t> user_of = found_in(model.users(), *table.users());
  const std::vector<std::uint32_t> item_of = found_in(model.items(), *table.items());
  std::vector<RatingInterval> predictions(table.size());
  for_each_index(predictions.size(), threads, [&](std::size_t i) {
    const Rating pair = table.at(i);
    predictions[i] = model.interval(user_of[pair.user], item_of[pair.item]);
  });
  return predictions;
}

RatingTable rated_of(const Pairs& pairs) {
  const auto users = pairs.table.users(), items = pairs.table.items();
  RatingTable rated;
  auto is_rated = pairs.is_rated.begin();
  for (const Rating& rating : pairs.table) {
    if (!*is_rated++) continue;
    rated.add(users->id(rating.user), items->id(rating.item), rating.value);
  }
  return rated;
}

}  // namespace mfpar::apps
