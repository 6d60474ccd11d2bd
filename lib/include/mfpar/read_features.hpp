// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mfpar/export.hpp"
#include "mfpar/features.hpp"
#include "mfpar/id_dictionary.hpp"
#include "mfpar/types.hpp"

namespace mfpar {

/// How features are read.
struct FeatureOptions {
  /// What separates fields; empty: see read_delimited().
  std::string delimiter = {};

  /// A category that fewer rows are in is left out: nothing can be learnt of it. Raise it for fewer
  /// features.
  std::uint32_t least_rows = 3;
};

/// What became of a column.
struct FeatureColumn {
  std::string name;          ///< "column4" where the file has no header
  std::size_t features = 0;  ///< that it gave
  std::string reading;       ///< how it was read: "categories", "lists joined by |", "numbers",
                             ///< "numbers by rank", "years", "yes or no"; or why it gave nothing
};

/// The features of users, or of items, as a file has them.
struct FeatureTable {
  std::string source;  ///< the path, or "standard input"
  Entity entity = Entity::kItem;
  std::string id_column;               ///< the name of the column of ids
  IdDictionary ids;                    ///< in the order of the file
  Features features;                   ///< a row for each id
  std::vector<FeatureColumn> columns;  ///< all but the ids', as they stand in the file
  std::vector<std::string> notes;      ///< worth a word: "12 ids stand in more than one line, ..."
};

/// Reads what is known of users, or of items, from a text file: a line for each, with an id. The
/// file is read as by read_delimited(): any of the usual delimiters, quotes and encodings, plain,
/// gzip or zstd, "-" for standard input; every line has as many fields as the first.
///
/// The first line is a header where it has no number and names a column that is known (userId,
/// movieId, id, title, genres, age, ...), or has no digit where the ids of the other lines have
/// one. Without header columns are called column1, column2, ...
/// Ids stand in the column "id", else in one with a well-known name for ids of the entity, else in
/// the first. Of several lines for an id the last counts, with a note.
///
/// What a column gives is seen by what it holds. Empty fields, NA, N/A, NaN, null, \\N and "(no
/// genres listed)" stand for values that are not known. There are
/// - years, in a column whose name says so, or of dates, or in parentheses at the end of titles
///   ("Toy Story (1995)"; where no other column has years): a category for five years each;
/// - two values that say yes and no (1 and 0, true and false): one category, of those that say yes;
/// - whole numbers of at most 12 different values, or 32 where each has 20 rows on average: they
///   are codes, categories;
/// - other numbers: standardised, and cut at 3 standard deviations; those of a long tail, with one
///   beyond 5, by their ranks instead, which become even steps with standard deviation 1;
/// - lists joined by | ; or , (genres), where at least half of what is listed stands in
///   FeatureOptions::least_rows rows or more: a category for each entry, ["a", "b"] too;
/// - other text: a category for each value, if a quarter of the rows have values that
///   FeatureOptions::least_rows share.
/// Other columns give nothing (titles, links, ids, times, one value in all rows), and
/// FeatureTable::columns says why.
///
/// Throws Error(kSystem) when the file cannot be read; Error(kBadData), with the line where there
/// is one, for lines that do not fit, an empty id, a single column, or no column that gives a
/// feature; Error(kBadOption) for an unknown delimiter. Safe to call from many threads at once.
MFPAR_API FeatureTable read_features(const std::string& path, Entity entity,
                                     const FeatureOptions& options = {});

/// How many of `ids` the table has. Throws Error(kBadData), showing an id of each, where it has
/// none.
MFPAR_API std::uint32_t count_known(const FeatureTable& table, const IdDictionary& ids);

/// The rows of the table in the order of `ids`; those that it lacks are empty. Throws as
/// count_known().
MFPAR_API Features align(const FeatureTable& table, const IdDictionary& ids);

}  // namespace mfpar
