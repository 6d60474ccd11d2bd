// SPDX-License-Identifier: MIT
#include "mf-data/rating_writer.hpp"

#include <string_view>

#include "common/csv.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

const char* delimiter_of(RatingFormat format) {
  switch (format) {
    case RatingFormat::kCsv:
      return ",";
    case RatingFormat::kTsv:
      return "\t";
    case RatingFormat::kMovieLens:
      return "::";
    case RatingFormat::kLibmf:
      break;
  }
  return " ";
}

bool has_header(RatingFormat format) {
  return format == RatingFormat::kCsv || format == RatingFormat::kTsv;
}

std::string written_id(const std::string& id, RatingFormat format) {
  switch (format) {
    case RatingFormat::kCsv:
      return csv_field(id, ',');
    case RatingFormat::kTsv:
      return csv_field(id, '\t');
    case RatingFormat::kMovieLens:
    case RatingFormat::kLibmf:
      break;
  }
  // A colon at an end would be read as part of the delimiter.
  const bool breaks = format == RatingFormat::kLibmf
                          ? id.find_first_of(" \t\r\n") != id.npos
                          : id.find_first_of("\r\n") != id.npos || id.find("::") != id.npos ||
                                id.front() == ':' || id.back() == ':';
  if (breaks) {
    throw Error(ErrorCode::kBadOption, "the id \"" + id +
                                           "\" cannot be written in this format, which has no "
                                           "quotes; choose --format csv");
  }
  return id;
}

}  // namespace

void add_format_option(Options& options, RatingFormat& format) {
  options.choice("format", format,
                 {{"csv", RatingFormat::kCsv},
                  {"tsv", RatingFormat::kTsv},
                  {"movielens", RatingFormat::kMovieLens},
                  {"libmf", RatingFormat::kLibmf}},
                 "How ratings are written: with commas or tabs and a header, as "
                 "user::item::rating::timestamp, or as 'user item rating'.");
}

std::vector<std::string> written_ids(const IdDictionary& ids, RatingFormat format) {
  std::vector<std::string> written(ids.size());
  for (std::uint32_t i = 0; i < ids.size(); ++i) written[i] = written_id(ids.id(i), format);
  return written;
}

RatingWriter::RatingWriter(const std::string& path, RatingFormat format,
                           const std::vector<std::string>& users,
                           const std::vector<std::string>& items, bool timestamps,
                           std::uint64_t ratings)
    : file_(path),
      delimiter_(delimiter_of(format)),
      users_(users),
      items_(items),
      timestamps_(timestamps && format != RatingFormat::kLibmf),
      ratings_(ratings) {
  if (!has_header(format)) return;
  line_.append("user").append(delimiter_).append("item").append(delimiter_).append("rating");
  if (timestamps_) line_.append(delimiter_).append("timestamp");
  file_.write(line_ += '\n');
}

void RatingWriter::write(const Rating& rating) {
  line_.assign(users_[rating.user]).append(delimiter_).append(items_[rating.item]);
  line_.append(delimiter_).append(shortest_decimal(rating.value));
  if (timestamps_) line_.append(delimiter_).append(std::to_string(rating.timestamp));
  file_.write(line_ += '\n');
  constexpr std::uint64_t kShownEvery = 1 << 14;
  if (++written_ == ratings_) {
    progress_.clear();
  } else if (written_ % kShownEvery == 0) {
    progress_.show(written_, ratings_, "ratings");
  }
}

}  // namespace mfpar::apps
