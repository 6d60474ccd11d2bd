// SPDX-License-Identifier: MIT
#include "common/reading_options.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>

namespace mfpar::apps {

namespace {

constexpr const char* kColumnsForm = "user=COLUMN,item=COLUMN,rating=COLUMN,timestamp=COLUMN";

/// "user=user_id,item=book_id" into the columns of `read`.
void take_columns(ReadOptions& read, const std::string& value) {
  const std::string expected = std::string("a list like ") + kColumnsForm +
                               " (any of the four, each at most once), where COLUMN is a name from "
                               "the header or a number from 1";
  std::string* const targets[] = {&read.user_column, &read.item_column, &read.rating_column,
                                  &read.timestamp_column};
  const std::string keys[] = {"user", "item", "rating", "timestamp"};
  for (std::size_t begin = 0; begin <= value.size();) {
    const std::size_t end = std::min(value.find(',', begin), value.size());
    const std::string part = value.substr(begin, end - begin);
    const std::size_t equals = part.find('=');
    if (equals == part.npos || equals + 1 == part.size()) Options::reject(expected);
    std::size_t column = 0;
    while (column < 4 && keys[column] != part.substr(0, equals)) ++column;
    if (column == 4 || !targets[column]->empty()) Options::reject(expected);
    *targets[column] = part.substr(equals + 1);
    begin = end + 1;
  }
}

}  // namespace

void add_reading_options(Options& options, ReadOptions& read) {
  options.group("Reading ratings");
  options.add(
      "delimiter", "DELIMITER",
      "What separates fields: comma, tab, blank (any run of blanks and tabs), :: or a single "
      "character such as ; or |. Detected from the first lines unless given.",
      read.delimiter, [&read](const std::string& value) {
        constexpr std::pair<const char*, const char*> kWords[] = {
            {"comma", ","}, {"tab", "\t"}, {"\\t", "\t"}, {"blank", " "}, {"::", "::"}};
        for (const auto& [word, delimiter] : kWords) {
          if (value == word) {
            read.delimiter = delimiter;
            return;
          }
        }
        constexpr const char* kPartsOfFields = "\"+-.";
        if (value.size() != 1 || std::isalnum(static_cast<unsigned char>(value[0])) != 0 ||
            value.find_first_of(kPartsOfFields) != value.npos) {
          Options::reject(
              "one of comma tab blank ::, or a character that is no letter, digit, quote, point "
              "or sign");
        }
        read.delimiter = value;
      });
  options.choice("quote", read.quote,
                 {{"detect", Quote::kDetect},
                  {"none", Quote::kNone},
                  {"rfc", Quote::kRfc},
                  {"backslash", Quote::kBackslash}},
                 "What quotes around a field mean: nothing (none); that they enclose it, with "
                 "\"\" for a quote in it (rfc, as in RFC 4180) or \\\" (backslash, as MySQL and "
                 "Spark write it); or whichever of these two reads more of the first lines.");
  const auto set_header = [&read](bool header) {
    return [&read, header](const std::string&) {
      if (read.header && *read.header != header) {
        Options::reject("given without its opposite");
      }
      read.header = header;
    };
  };
  options.add("header", "", "The first line names the columns. Detected unless given.", "",
              set_header(true));
  options.add("no-header", "", "The first line is a rating already.", "", set_header(false));
  options.add("columns", "LIST",
              std::string("Which column is which, by name in the header or by number from 1: ") +
                  kColumnsForm +
                  ". Columns that are not given are found by well-known names in the header, else "
                  "taken in this order.",
              "", [&read](const std::string& value) { take_columns(read, value); });
  options.add("missing", "LIST",
              "What stands for no rating, apart by commas, such as 0,-1 or NA: lines with it "
              "where the rating is expected are left out and counted.",
              "", [&read](const std::string& value) {
                for (std::size_t begin = 0; begin <= value.size();) {
                  const std::size_t end = std::min(value.find(',', begin), value.size());
                  read.missing.push_back(value.substr(begin, end - begin));
                  begin = end + 1;
                }
              });
  options.choice(
      "on-bad-line", read.on_bad_line,
      {{"error", ReadOptions::OnBadLine::kError}, {"skip", ReadOptions::OnBadLine::kSkip}},
      "What a line that cannot be used does: end the program, or be left out and counted.");
  options.number(
      "most-bad-share", "SHARE", read.most_bad_share, Interval::between(0.0, 1.0),
      "With --on-bad-line skip, fail after all when more than this share of the lines is "
      "bad.");
  options.choice("part", read.part,
                 {{"all", PackedPart::kAll},
                  {"training", PackedPart::kTraining},
                  {"held-out", PackedPart::kHeldOut}},
                 "Of a packed store in which ratings are held out (mf-data pack), which are read: "
                 "all, those to train on, or those held out.");
  options.integer("threads,s", "N", read.threads, 0, 4096,
                  "Threads to work with; 0 is one for each core.");
}

void add_time_option(Options& options, std::string_view name, std::optional<std::int64_t>& time,
                     std::string help) {
  options.add(name, "TIME", std::move(help), "", [&time](const std::string& value) {
    time = parse_time(value);
    if (!time) {
      Options::reject("seconds since 1970, or a date such as 2013-04-03 or 2013-04-03T22:45:07");
    }
  });
}

void add_duplicates_option(Options& options, Duplicates& duplicates) {
  options.choice(
      "duplicates", duplicates,
      {{"last", Duplicates::kLast},
       {"first", Duplicates::kFirst},
       {"mean", Duplicates::kMean},
       {"error", Duplicates::kError}},
      "Which rating counts when a user rated an item more than once: the last in the file, "
      "the first, their mean, or none (an error).");
}

}  // namespace mfpar::apps
