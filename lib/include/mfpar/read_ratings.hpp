// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mfpar/export.hpp"
#include "mfpar/packed_store.hpp"
#include "mfpar/rating_table.hpp"

namespace mfpar {

/// What quotes around a field mean.
enum class Quote : std::uint8_t {
  kDetect,     ///< kRfc or kBackslash, whichever cuts more of the first lines
  kNone,       ///< nothing: they are part of it
  kRfc,        ///< as in RFC 4180: they enclose it, and "" in it stands for a quote
  kBackslash,  ///< they enclose it, and \" in it stands for a quote (MySQL, Spark)
};

/// How to read ratings from text. The defaults detect everything from the file.
struct ReadOptions {
  /// What separates fields: "," "\t" "::" ";" "|", " " (any run of blanks and tabs) or another
  /// single character that is no letter, digit, quote, point or sign. Empty: the one of those named
  /// that cuts most of the first lines into the same number of fields, three at least, or what a
  /// first line such as "sep=;" says.
  std::string delimiter;

  /// What quotes around a field mean.
  Quote quote = Quote::kDetect;

  /// Whether the first line names the columns. Unset: it does when two of its fields are well-known
  /// names (userId, movie_id, Book-Rating, ts, ...), when nothing in it looks like a number, or
  /// when a column below is asked for by name.
  std::optional<bool> header;

  /// Which column is which: by name (matched with the header, letter case ignored) or by 1-based
  /// number. Empty: the well-known name in the header. Where no name is known, and in a file
  /// without header, three columns are user, item and rating, and a fourth, of numbers or dates, is
  /// the timestamp, unless the first lines say otherwise (times or a count of the lines where a
  /// rating or user is expected); of more columns those to use must be named.
  std::string user_column;
  std::string item_column;
  std::string rating_column;
  std::string timestamp_column;

  /// What stands for no rating where ratings do, as numbers ("0", "-1") or text ("NA", ""): lines
  /// with it are left out, and counted.
  std::vector<std::string> missing;

  /// Whose ratings they are where the file has no column of users: where it has two columns, or
  /// where header and options say which columns are items and ratings, and none is of users. Empty:
  /// a file must have a column of users.
  std::string single_user;

  /// Whether a file may lack a column of ratings, as one of views or purchases: each of its lines
  /// is then a rating of 1. It lacks one where it has two columns, where the header names users and
  /// items and no other column can be the rating, where the third of three columns holds times or
  /// no numbers, and where user_column and item_column are given and rating_column is not, unless
  /// the header names one.
  bool may_lack_ratings = false;

  /// Whether timestamps are kept (8 bytes a rating); only time-based splits need them. kIfThere:
  /// when the file has a column of them.
  enum class Timestamps { kIgnore, kIfThere, kRequired } timestamps = Timestamps::kIgnore;

  /// What a line that cannot be used does. kError: the first one, in file order, is thrown. kSkip:
  /// it is left out and counted, and reading fails after all when more than `most_bad_share` of the
  /// lines are bad.
  enum class OnBadLine { kError, kSkip } on_bad_line = OnBadLine::kError;
  double most_bad_share = 0.01;

  /// Of a packed store, which ratings; of text there are but all.
  PackedPart part = PackedPart::kAll;

  /// Threads to parse with; 0 is all cores. The result does not depend on it.
  int threads = 0;
};

/// A line that was left out, for the data report.
struct BadLine {
  std::uint64_t line = 0;  ///< 1-based
  std::string message;     ///< place, what was found, what was expected
};

/// What was read, in the terms of the file.
struct ReadReport {
  std::string source;           ///< the path, or "standard input"; of several the first, and how
                                ///< many more
  std::string delimiter;        ///< as used
  bool header = false;          ///< whether a header line was found
  bool single_user = false;     ///< whether all ratings are ReadOptions::single_user's
  std::string columns;          ///< that were read: "user=1,item=2,rating=3,timestamp=4"
  std::string compression;      ///< "none", "gzip" or "zstd"
  std::uint64_t bytes = 0;      ///< of text, decompressed
  std::uint64_t lines = 0;      ///< with a rating or bad; header and empty lines not counted
  std::uint64_t bad_lines = 0;  ///< left out under kSkip
  std::uint64_t missing = 0;    ///< left out by ReadOptions::missing
  bool is_packed = false;       ///< whether it was a packed store; what says how text is written
                                ///< is empty then, and lines are ratings
  std::uint64_t merged = 0;     ///< of a packed store: duplicates merged when it was packed
  std::uint64_t held_out = 0;   ///< of a packed store: ratings held out, in it or left out here
  std::optional<float> only_value;  ///< the value of all ratings, where they have but one
  std::vector<BadLine> first_bad;   ///< at most 5
  std::vector<std::string> notes;   ///< things worth a look that are no errors (negative ids, say)
  double seconds = 0.0;
};

/// Ratings, and what was seen while they were read.
struct ReadResult {
  RatingTable ratings;
  ReadReport report;
};

/// Reads ratings from the text file at `path`, or from standard input for "-". Plain, gzip and zstd
/// files are told apart by their first bytes. A plain file is mapped;
/// that it becomes shorter meanwhile is an error.
///
/// - Every line has as many fields as the header, or as most of the first lines where there is
///   none; empty lines are passed over, and so are lines of comments that begin with # or % where
///   the file begins with one, and a first line "sep=;". A line ends at LF, CR LF or, where there
///   is no LF, at CR. UTF-16 is read as well as UTF-8; a byte order mark is left out.
/// - Fields may be quoted, see Quote. Blanks around a field are not part of it unless they are
///   quoted. A field that begins with a quote and goes on behind the next one is taken as it stands
///   where quoting is not the custom (with tab, :: and |), and is an error elsewhere.
/// - Ids are UTF-8 text, not empty, and come back letter for letter.
/// - Ratings are decimal numbers, finite in single precision, with a point or a comma before
///   their fraction; timestamps, where they are kept, seconds or dates.
/// - Also read: MatrixMarket coordinates (real, integer, or, where ratings may lack, pattern;
///   general or symmetric), whose ids are the numbers of rows and columns from 1; sparse matrices
///   of SciPy (.npz of CSR, CSC or COO, stored or deflated; from a file, not a pipe), whose ids are
///   the numbers from 0, and which are unpacked into memory; JSON lines, their keys found as
///   columns are; lines of one item or user and its ratings below it, as in the Netflix prize
///   ("101:") and the KDD Cup of 2011 ("7|3"); and libFM or LibSVM with a user and an item each
///   line. Reports say so in notes.
///
/// - A packed store (PackedStore) is read wherever text is, by itself: its ratings come with ids in
///   the order in which they first appeared, so that a store built of them is the one that was
///   packed, by any seed.
///
/// What looks wrong is in ReadReport::notes: a value that is far from all others or stands for no
/// rating, ids that a spreadsheet has rounded, columns that were not where they are expected.
///
/// Throws Error(kSystem) when the file cannot be read, Error(kBadData) with file, line and column
/// when a line cannot be used or there is no rating at all, Error(kBadOption) when a named column
/// is not there, or one says how text is written and `path` is a packed store; a store that is
/// damaged is Error(kBadFile). Safe to call from many threads at once.
MFPAR_API ReadResult read_ratings(const std::string& path, const ReadOptions& options = {});

/// The same from several files, in their order, as if they were one; a folder stands for the files
/// in it, by name, without those whose names begin with . or _, those of checksums (.crc) and empty
/// ones. Each file may have a header; one without takes the columns of the first. Throws as above,
/// and Error(kBadData) for a folder without files. REQUIRES: !paths.empty().
MFPAR_API ReadResult read_ratings(std::span<const std::string> paths,
                                  const ReadOptions& options = {});

/// The same from text in memory; `name` stands for the file in messages.
MFPAR_API ReadResult parse_ratings(std::string_view text, const std::string& name,
                                   const ReadOptions& options = {});

/// A timestamp as files of ratings have it: whole seconds, or a date as in ISO 8601 ("2001-01-11",
/// "2001-01-11T10:00:00+01:00"; UTC where there is no offset) as seconds since 1970. Nothing where
/// `text` is neither.
MFPAR_API std::optional<std::int64_t> parse_time(std::string_view text);

}  // namespace mfpar
