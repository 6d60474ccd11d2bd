// SPDX-License-Identifier: MIT
#include "text/text_format.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "mfpar/error.hpp"
#include "text/column_roles.hpp"
#include "text/field_values.hpp"
#include "text/line_scanner.hpp"

namespace mfpar {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kSampledLines = 32;
constexpr std::array<std::string_view, 6> kDelimiters{"::", "\t", ",", ";", "|", " "};

/// The first lines of a file, cut by one delimiter. A line that cannot be cut has no fields.
struct Sample {
  std::vector<std::vector<std::string>> lines;
  std::size_t first_line = 0;   ///< empty lines before the first
  std::size_t second_line = 0;  ///< line breaks before the second
  std::size_t second = 0;       ///< where the second begins
  std::size_t usual_fields = 0;
  std::size_t usual_lines = 0;  ///< that have so many
};

/// Most lines have so many fields, `min_fields` at least, if there is such a line.
Sample take_sample(std::string_view text, bool is_whole, std::string_view delimiter,
                   std::size_t min_fields) {
  Sample sample;
  LineScanner scanner(delimiter);
  std::string scratch;
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p != end && sample.lines.size() < kSampledLines) {
    const LineScanner::Line line = scanner.scan(p, end, is_whole);
    if (line.outcome == LineScanner::Outcome::kUnfinished) break;
    const auto breaks = static_cast<std::size_t>(std::count(p, line.next, '\n'));
    p = line.next;
    if (sample.lines.empty()) {
      sample.second = static_cast<std::size_t>(p - text.data());
      sample.second_line += breaks;
      if (line.outcome == LineScanner::Outcome::kEmpty) sample.first_line += breaks;
    }
    if (line.outcome == LineScanner::Outcome::kEmpty) continue;
    auto& fields = sample.lines.emplace_back();
    if (line.outcome == LineScanner::Outcome::kFault) continue;
    for (const Field& field : scanner.fields()) fields.emplace_back(text_of(field, scratch));
  }
  std::map<std::size_t, std::size_t> lines_by_fields;
  for (const auto& fields : sample.lines) ++lines_by_fields[fields.size()];
  for (const auto& [fields, lines] : lines_by_fields) {
    const bool enough = fields >= min_fields || sample.usual_fields < min_fields;
    if (enough && (lines > sample.usual_lines || sample.usual_fields < min_fields)) {
      sample.usual_fields = fields;
      sample.usual_lines = lines;
    }
  }
  return sample;
}

/// A table of ratings has three columns, of those of one user two.
std::size_t min_fields(const ReadOptions& options) { return options.single_user.empty() ? 3 : 2; }

/// The delimiter, and the sample it cuts.
std::pair<std::string_view, Sample> choose_delimiter(std::string_view text, bool is_whole,
                                                     const ReadOptions& options) {
  const std::size_t min = min_fields(options);
  std::string_view delimiter = options.delimiter.empty() ? detect_delimiter(text, is_whole, min)
                                                         : checked_delimiter(options.delimiter);
  if (delimiter.empty()) delimiter = kDelimiters.front();  // too few columns, as will be said
  return {delimiter, take_sample(text, is_whole, delimiter, min)};
}

bool is_header(const std::vector<std::string>& line, const ReadOptions& options) {
  if (options.header.has_value()) return *options.header;
  for (std::size_t role = 0; role < kRoles; ++role) {
    const std::string_view asked = asked_column(options, static_cast<Role>(role));
    if (!asked.empty() && !is_column_number(asked)) return true;
  }
  const ColumnRoles known = known_columns(line);
  if (std::count_if(known.begin(), known.end(), [](auto column) { return column.has_value(); }) >=
      2) {
    return true;
  }
  if (line.size() == 2) return known[1] || known[2] || !looks_like_number(line[1]);
  return line.size() >= 3 && std::none_of(line.begin(), line.end(), looks_like_number);
}

/// Whether the file has no column of users, and may have none.
bool is_of_single_user(const ReadOptions& options, std::size_t field_count,
                       const ColumnRoles& asked, const ColumnRoles& known) {
  if (options.single_user.empty() || asked[0] || known[0]) return false;
  return field_count == 2 || ((asked[1] || known[1]) && (asked[2] || known[2]));
}

/// Of two columns, the one that is given leaves the other.
ColumnRoles item_and_rating(const ColumnRoles& given) {
  const int item = given[1] ? *given[1] : given[2] == 0 ? 1 : 0;
  return {std::nullopt, item, item == 0 ? 1 : 0, std::nullopt};
}

/// What is left open by options and header: the columns by their order.
ColumnRoles columns_in_order(std::size_t field_count,
                             const std::vector<std::string>* first_ratings) {
  ColumnRoles columns{0, 1, 2, std::nullopt};
  if (field_count == 4 && (first_ratings == nullptr || first_ratings->size() != 4 ||
                           looks_like_number((*first_ratings)[3]))) {
    columns[3] = 3;
  }
  return columns;
}

class Detector {
 public:
  Detector(const std::string& name, const ReadOptions& options) : name_(name), options_(options) {}

  TextFormat detect(std::string_view text, bool is_whole);

 private:
  void choose_columns(const Sample& sample);
  bool keeps_timestamps(bool is_asked, const std::vector<std::string>* first_ratings) const;

  [[noreturn]] void fail(ErrorCode code, const std::string& what) const {
    throw Error(code, name_ + ": " + what);
  }

  const std::string& name_;
  const ReadOptions& options_;
  TextFormat format_;
};

TextFormat Detector::detect(std::string_view text, bool is_whole) {
  format_.body = text.size() - without_byte_order_mark(text).size();
  text.remove_prefix(format_.body);
  const auto [delimiter, sample] = choose_delimiter(text, is_whole, options_);
  if (sample.lines.empty()) {
    fail(ErrorCode::kBadData, text.empty()
                                  ? "is empty; expected lines of user, item and rating"
                                  : "has only empty lines; expected user, item and rating");
  }
  format_.delimiter = delimiter;
  format_.field_count = sample.usual_fields;
  if (is_header(sample.lines.front(), options_)) {
    format_.has_header = true;
    format_.field_count = sample.lines.front().size();
    format_.body += sample.second;
    format_.body_line = sample.second_line;
  }
  const std::string place = std::to_string(sample.first_line + 1) + ":1: ";
  if (format_.field_count < min_fields(options_)) {
    throw Error(ErrorCode::kBadData,
                name_ + ":" + place +
                    (options_.single_user.empty()
                         ? "cannot find three columns: expected user, item and rating "
                         : "cannot find two columns: expected item and rating ") +
                    "separated by " +
                    (options_.delimiter.empty() ? "one of :: tab , ; | or blanks"
                                                : delimiter_name(delimiter)) +
                    "; --delimiter sets what separates fields");
  }
  choose_columns(sample);
  return format_;
}

void Detector::choose_columns(const Sample& sample) {
  const std::vector<std::string>& first = sample.lines.front();
  const std::vector<std::string> header = format_.has_header ? first : std::vector<std::string>{};
  const std::vector<std::string>* first_ratings = &first;
  if (format_.has_header) first_ratings = sample.lines.size() > 1 ? &sample.lines[1] : nullptr;

  const ColumnRoles asked = asked_columns(options_, header, format_.field_count, name_);
  const ColumnRoles known = known_columns(header);
  const bool any_asked = asked[0] || asked[1] || asked[2];
  const bool any_known = known[0] || known[1] || known[2];
  const bool single_user = is_of_single_user(options_, format_.field_count, asked, known);
  ColumnRoles in_order;
  if (single_user) {
    ColumnRoles given = asked;
    for (std::size_t i = 0; i < kRoles; ++i) {
      if (!given[i]) given[i] = known[i];
    }
    in_order = item_and_rating(given);
  } else if (!any_known && (!any_asked || header.empty())) {
    if (!any_asked && format_.field_count > 4) {
      fail(ErrorCode::kBadData, std::to_string(format_.field_count) +
                                    " columns, and none has a name that is known" +
                                    (header.empty() ? "" : " (" + list_of(header) + ")") +
                                    "; say which to use: --columns user=1,item=2,rating=3");
    }
    in_order = columns_in_order(format_.field_count, first_ratings);
    if (!header.empty()) {
      format_.notes.push_back("the first line (" + list_of(header) +
                              ") is taken for a header, and the columns for user, item and rating "
                              "in this order");
    } else if (!any_asked && format_.field_count == 4 && !in_order[3]) {
      fail(ErrorCode::kBadData,
           "the fourth column holds no timestamps (" + quoted((*first_ratings)[3]) +
               "); say which columns to use: --columns user=1,item=2,rating=3");
    }
  }
  const bool requires_timestamps = options_.timestamps == ReadOptions::Timestamps::kRequired;
  std::vector<Role> owner_of(format_.field_count, Role::kUser);
  std::vector<bool> is_taken(format_.field_count, false);
  for (std::size_t i = 0; i < kRoles; ++i) {
    const Role role = static_cast<Role>(i);
    const auto column = asked[i] ? asked[i] : known[i] ? known[i] : in_order[i];
    const bool is_needed =
        role == Role::kUser ? !single_user : role != Role::kTimestamp || requires_timestamps;
    if (!column && is_needed) {
      fail(ErrorCode::kBadOption, "there is no " + std::string(name_of(role)) + " column" +
                                      (header.empty() ? "" : " among " + list_of(header)) +
                                      "; name it with --columns " + std::string(name_of(role)) +
                                      "=NAME or =NUMBER");
    }
    format_.columns[i] = column.value_or(TextFormat::kNoColumn);
    if (!column) continue;
    const auto place = static_cast<std::size_t>(*column);
    if (is_taken[place]) {
      // A timestamp that nobody asked for gives way.
      if (role == Role::kTimestamp && !asked[i] && !requires_timestamps) {
        format_.columns[i] = TextFormat::kNoColumn;
        continue;
      }
      fail(ErrorCode::kBadOption, std::string(name_of(owner_of[place])) + " and " +
                                      std::string(name_of(role)) + " are both column " +
                                      std::to_string(place + 1) +
                                      "; tell them apart with --columns");
    }
    is_taken[place] = true;
    owner_of[place] = role;
  }
  format_.keeps_timestamps = keeps_timestamps(asked[3].has_value(), first_ratings);
}

/// Whether the column of timestamps, if there is one, is to be read.
bool Detector::keeps_timestamps(bool is_asked,
                                const std::vector<std::string>* first_ratings) const {
  const int column = format_.column(Role::kTimestamp);
  if (column == TextFormat::kNoColumn) return false;
  if (options_.timestamps != ReadOptions::Timestamps::kIfThere) {
    return options_.timestamps == ReadOptions::Timestamps::kRequired;
  }
  // Dates under a well-known name are no timestamps.
  const auto place = static_cast<std::size_t>(column);
  return is_asked || first_ratings == nullptr || place >= first_ratings->size() ||
         parse_timestamp((*first_ratings)[place]).fault == Fault::kNone;
}

}  // namespace

std::string_view checked_delimiter(std::string_view asked) {
  if (asked == "\\t") asked = "\t";  // as a shell leaves it
  const auto found = std::find(kDelimiters.begin(), kDelimiters.end(), asked);
  if (found == kDelimiters.end()) {
    throw Error(ErrorCode::kBadOption,
                "the delimiter is " + quoted(asked) +
                    "; it must be \",\" \"\\t\" \"::\" \";\" \"|\" or \" \"");
  }
  return *found;
}

std::string_view detect_delimiter(std::string_view text, bool is_whole, std::size_t min_fields) {
  std::string_view best;
  std::size_t best_lines = 0;
  for (const std::string_view delimiter : kDelimiters) {
    const Sample sample = take_sample(text, is_whole, delimiter, min_fields);
    if (sample.usual_fields < min_fields || sample.usual_lines <= best_lines) continue;
    best = delimiter;
    best_lines = sample.usual_lines;
  }
  return best;
}

std::string_view without_byte_order_mark(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

TextFormat detect_format(std::string_view text, bool is_whole, const std::string& name,
                         const ReadOptions& options) {
  return Detector(name, options).detect(text, is_whole);
}

}  // namespace mfpar
