// SPDX-License-Identifier: MIT
//
// Ratings in all their layouts: the targets differ in seeds and words.
#include <cmath>
#include <cstdint>
#include <iterator>
#include <utility>

#include "expect.hpp"
#include "memory_file.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/read_ratings.hpp"
#include "targets.hpp"
#include "text/field_values.hpp"

namespace mfpar::fuzz {

namespace {

void check_ids(const IdDictionary& ids) {
  for (std::uint32_t i = 0; i < ids.size(); ++i) {
    const std::string id = ids.id(i);
    require(!id.empty() && is_utf8(id), "ids are UTF-8, and not empty");
    require(ids.find(id) == i, "an id is found");
  }
}

/// Options of reading, by a letter.
ReadOptions read_options(char letter) {
  using Change = void (*)(ReadOptions&);
  static const Change kChanges[] = {
      [](ReadOptions&) {},
      [](ReadOptions& o) { o.may_lack_ratings = true; },
      [](ReadOptions& o) { o.timestamps = ReadOptions::Timestamps::kIfThere; },
      [](ReadOptions& o) {
        o.on_bad_line = ReadOptions::OnBadLine::kSkip;
        o.most_bad_share = 1.0;
        o.timestamps = ReadOptions::Timestamps::kIfThere;
      },
      [](ReadOptions& o) { o.header = true; },
      [](ReadOptions& o) { o.header = false; },
      [](ReadOptions& o) { o.user_column = "2", o.item_column = "1", o.rating_column = "3"; },
      [](ReadOptions& o) {
        o.user_column = "user", o.item_column = "item", o.rating_column = "rating";
        o.timestamp_column = "time";
        o.timestamps = ReadOptions::Timestamps::kRequired;
      },
      [](ReadOptions& o) { o.single_user = "me"; },
      [](ReadOptions& o) {
        o.missing = {"0", "-1", "NA", ""};
      },
      [](ReadOptions& o) { o.delimiter = ";", o.quote = Quote::kRfc; },
      [](ReadOptions& o) { o.delimiter = "::", o.quote = Quote::kNone; },
      [](ReadOptions& o) {
        o.delimiter = ",", o.quote = Quote::kBackslash;
        o.on_bad_line = ReadOptions::OnBadLine::kSkip;
      },
      [](ReadOptions& o) { o.delimiter = " ", o.may_lack_ratings = true; },
  };
  ReadOptions options;
  options.threads = 1;
  kChanges[static_cast<unsigned char>(letter - 'A') % std::size(kChanges)](options);
  return options;
}

/// Holds what was read against what read_ratings() promises.
void check_ratings(ReadResult read) {
  const RatingTable& table = read.ratings;
  require(table.size() > 0, "no ratings are an error");
  check_ids(*table.users());
  check_ids(*table.items());
  for (std::uint64_t i = 0; i < table.size(); ++i) {
    const Rating rating = table.at(i);
    require(std::isfinite(rating.value), "ratings are finite");
    require(rating.user < table.users()->size() && rating.item < table.items()->size(),
            "indices are of ids");
    require(!read.report.only_value || *read.report.only_value == rating.value,
            "where there is one value all ratings have it");
  }
  const std::uint64_t size = table.size();
  const RatingStore store = build_store(std::move(read.ratings), {.threads = 1});
  require(store.size() > 0 && store.size() <= size, "a store holds what a table does");
}

void read_text(std::string_view input) {
  if (input.empty()) return;
  succeeds([&] { check_ratings(parse_ratings(input.substr(1), "f", read_options(input[0]))); });
}

}  // namespace

void ratings_text(std::string_view input) { read_text(input); }
void json_lines(std::string_view input) { read_text(input); }
void matrix_market(std::string_view input) { read_text(input); }
void sparse_archive(std::string_view input) { read_text(input); }

void compressed_text(std::string_view input) {
  if (input.empty()) return;
  const tests::MemoryFile file(input.substr(1));
  succeeds([&] { check_ratings(read_ratings(file.path(), read_options(input[0]))); });
}

}  // namespace mfpar::fuzz
