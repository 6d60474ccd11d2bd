// SPDX-License-Identifier: MIT
#include "text/chunk_parser.hpp"

#include <algorithm>
#include <utility>

#include "base/id_hash.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

/// Characters between the last line break before `at` and `at`, plus one.
std::uint64_t column_of(const char* line, const char* at) {
  const char* begin = at;
  while (begin != line && begin[-1] != '\n') --begin;
  const auto characters = std::count_if(
      begin, at, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  return static_cast<std::uint64_t>(characters) + 1;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

ChunkParser::ChunkParser(const TextFormat& format, const ReadOptions& options)
    : format_(format),
      options_(options),
      builder_(ids_, format.keeps_timestamps),
      scanner_(format.delimiter, format.quote) {
  for (const std::string& missing : options.missing) {
    const ParsedNumber<float> number = parse_rating(missing);
    if (number.fault == Fault::kNone) missing_values_.push_back(number.number);
  }
  const int user = format.column(Role::kUser), item = format.column(Role::kItem);
  const int timestamp = format.column(Role::kTimestamp);
  const bool usual_order = user + item == 1 && format.column(Role::kRating) == 2 &&
                           (timestamp == TextFormat::kNoColumn || timestamp == 3);
  if (usual_order && PlainLineReader::can_read(format.delimiter, format.field_count)) {
    plain_lines_.emplace(format.delimiter, format.field_count, format.keeps_timestamps);
    item_first_ = item == 0;
  }
}

std::size_t ChunkParser::expected_ratings(std::size_t bytes) const {
  // A rating too many costs 8 bytes, one too few a copy of the chunk.
  constexpr double kSlack = 1.02;
  if (ratings_seen_ == 0) return bytes / 32;
  return static_cast<std::size_t>(static_cast<double>(bytes) * kSlack *
                                  static_cast<double>(ratings_seen_) /
                                  static_cast<double>(bytes_seen_)) +
         16;
}

ParsedChunk ChunkParser::parse(std::string_view text, std::size_t begin, std::size_t end,
                               bool is_last) {
  chunk_ = {};
  chunk_.new_users.begin = ids_.users.size();
  chunk_.new_items.begin = ids_.items.size();
  first_at_.clear();
  builder_.begin(expected_ratings(end - begin));
  const char* const text_end = text.data() + text.size();
  const char* const chunk_end = text.data() + end;
  const char* p = text.data() + begin;
  while (p < chunk_end) {
    p = parse_plain_lines(p, chunk_end, text_end);
    if (p >= chunk_end) break;
    const LineScanner::Line line = scanner_.scan(p, text_end, is_last);
    if (line.outcome == LineScanner::Outcome::kUnfinished) break;
    if (line.outcome != LineScanner::Outcome::kEmpty && !is_passed_over(p, line.next)) {
      ++chunk_.lines;
      const bool is_cut = line.outcome == LineScanner::Outcome::kFields;
      const LineFault fault = is_cut ? take_fields() : line.fault;
      if (fault.fault != Fault::kNone && !report(fault, p)) break;
    }
    chunk_.line_breaks += static_cast<std::uint64_t>(std::count(p, line.next, '\n'));
    p = line.next;
  }
  chunk_.end = static_cast<std::size_t>(p - text.data());
  chunk_.ratings = builder_.finish();
  if (builder_.codes().has_overflowed()) {
    chunk_.values = {min_, max_};
    chunk_.has_all_values = false;
  } else {
    const std::vector<float>& values = builder_.codes().values();
    for (std::size_t i = 0; i < values.size(); ++i) {
      chunk_.values.push_back({values[i], builder_.counts()[i], first_at_[i]});
    }
  }
  chunk_.new_users.end = ids_.users.size();
  chunk_.new_items.end = ids_.items.size();
  bytes_seen_ += chunk_.end - begin;
  ratings_seen_ += chunk_.ratings.size();
  return std::exchange(chunk_, {});
}

/// Takes plain lines as long as there are some; returns where the first other line begins.
const char* ChunkParser::parse_plain_lines(const char* p, const char* chunk_end,
                                           const char* text_end) {
  if (!plain_lines_) return p;
  const PlainLineReader reader = *plain_lines_;
  std::uint64_t lines = 0;
  PlainLine line;
  PlainLineReader::Window window(p);
  while (p < chunk_end &&
         text_end - p >= static_cast<std::ptrdiff_t>(PlainLineReader::kLookahead)) {
    const char* const next = reader.read(p, window, line);
    if (next == nullptr) break;
    const ValueCodes::Known* value = builder_.codes().find(line.rating);
    if (value == nullptr) {
      value = learn(line.rating, chunk_.line_breaks + lines);
      if (value == nullptr) break;
    }
    if (value->code == ValueCodes::kMissing) {
      ++chunk_.missing;
    } else {
      builder_.add(item_first_ ? line.second_id : line.first_id,
                   item_first_ ? line.first_id : line.second_id, *value, line.timestamp);
    }
    ++lines;
    p = next;
  }
  chunk_.lines += lines;
  chunk_.line_breaks += lines;
  return p;
}

/// What the text of a rating means, which is met for the first time, or was forgotten; nullptr
/// where only the strict path can tell.
const ValueCodes::Known* ChunkParser::learn(std::uint64_t packed, std::uint64_t line) {
  const std::string_view text(reinterpret_cast<const char*>(&packed), length_of_short_text(packed));
  const ParsedNumber<float> parsed = parse_rating(text);
  const bool is_one_field = text.find(format_.delimiter[0]) == text.npos;
  if (parsed.fault != Fault::kNone || !is_one_field) return nullptr;
  const bool is_rating = !is_missing(text) && !is_missing(parsed.number);
  const auto* value = builder_.codes().remember(packed, parsed.number, !is_rating);
  if (is_rating) see(parsed.number, line);
  return value;
}

/// Whether a line in scanner_ has nothing to do with ratings: a comment, an empty row of a
/// spreadsheet, the frame of a table.
bool ChunkParser::is_passed_over(const char* begin, const char* end) const {
  return (format_.comment != '\0' && *begin == format_.comment) ||
         scanner_.has_empty_fields_only() ||
         is_ruler({begin, static_cast<std::size_t>(end - begin)});
}

/// Adds the rating of the line in scanner_, or says why there is none.
LineFault ChunkParser::take_fields() {
  const std::span<const Field> fields = scanner_.fields();
  const std::size_t expected = format_.field_count;
  if (fields.size() < expected) {
    const std::string_view last = fields.back().text;
    return {Fault::kMissingField, {}, last.data() + last.size(), {}, fields.size()};
  }
  if (fields.size() > expected) {
    return {Fault::kExtraField, {}, fields[expected].text.data(), {}, fields.size()};
  }
  const auto field = [&](Role role) -> const Field& {
    return fields[static_cast<std::size_t>(format_.column(role))];
  };
  std::string_view user = options_.single_user, item;
  LineFault fault;
  if (format_.column(Role::kUser) != TextFormat::kNoColumn) {
    fault = take_id(field(Role::kUser), Role::kUser, user_scratch_, user);
    if (fault.fault != Fault::kNone) return fault;
  }
  fault = take_id(field(Role::kItem), Role::kItem, item_scratch_, item);
  if (fault.fault != Fault::kNone) return fault;

  const bool is_rated = format_.column(Role::kRating) != TextFormat::kNoColumn;
  const std::string_view rating = is_rated ? text_of(field(Role::kRating), scratch_) : "1";
  const ParsedNumber<float> value = parse_rating(rating);
  if (is_missing(rating) || (value.fault == Fault::kNone && is_missing(value.number))) {
    ++chunk_.missing;
    return {};
  }
  if (value.fault != Fault::kNone) {
    return {value.fault, Role::kRating, field(Role::kRating).text.data() + value.bad_at, rating};
  }
  std::int64_t timestamp = 0;
  if (format_.keeps_timestamps) {
    const std::string_view text = text_of(field(Role::kTimestamp), scratch_);
    const ParsedNumber<std::int64_t> parsed = parse_timestamp(text);
    if (parsed.fault != Fault::kNone) {
      return {parsed.fault, Role::kTimestamp, field(Role::kTimestamp).text.data(), text};
    }
    timestamp = parsed.number;
  }
  builder_.add(user, item, value.number, timestamp);
  see(value.number, chunk_.line_breaks);
  return {};
}

bool ChunkParser::is_missing(std::string_view text) const {
  return std::find(options_.missing.begin(), options_.missing.end(), text) !=
         options_.missing.end();
}

bool ChunkParser::is_missing(float value) const {
  return std::find(missing_values_.begin(), missing_values_.end(), value) != missing_values_.end();
}

/// Takes note of a value that may be new to the chunk.
void ChunkParser::see(float value, std::uint64_t line) {
  const bool is_first = first_at_.empty();
  if (is_first || value < min_.value) min_ = {value, 0, line};
  if (is_first || value > max_.value) max_ = {value, 0, line};
  if (builder_.codes().values().size() > first_at_.size()) first_at_.push_back(line);
}

LineFault ChunkParser::take_id(const Field& field, Role role, std::string& scratch,
                               std::string_view& id) {
  id = text_of(field, scratch);
  if (id.empty()) return {Fault::kEmptyId, role, field.text.data(), id};
  if (!is_ascii(id) && !is_utf8(id)) return {Fault::kBadUtf8, role, field.text.data(), id};
  note_oddity(field, role, id);
  return {};
}

/// What is worth a look in an id that is text, or an integer among such.
void ChunkParser::note_oddity(const Field& field, Role role, std::string_view id) {
  IdOddity oddity = IdOddity::kNegative;
  if (id[0] == '"' && !field.is_quoted) {
    oddity = IdOddity::kQuote;
  } else if (id[0] >= '0' && id[0] <= '9' && is_rounded_integer(id)) {
    oddity = IdOddity::kRounded;
  } else if (id[0] >= '0' && id[0] <= '9' && is_whole_fraction(id)) {
    oddity = IdOddity::kFraction;
  } else if (role == Role::kUser && is_summary(id)) {
    oddity = IdOddity::kSummary;
  } else if (id[0] != '-' || !canonical_integer(id)) {
    return;
  }
  auto& noted = chunk_.odd_ids[static_cast<std::size_t>(role)][static_cast<std::size_t>(oddity)];
  if (noted) return;
  const std::string subject = std::string(name_of(role)) + " id ";
  std::string message;
  switch (oddity) {
    case IdOddity::kNegative:
      message = subject + std::string(id) + " is negative; ids are names, and it is kept as one";
      break;
    case IdOddity::kRounded:
      message = subject + quoted(id) +
                " is a longer number that a spreadsheet has rounded, so that different ids became "
                "the same; export the file again with this column as text";
      break;
    case IdOddity::kFraction:
      message = subject + quoted(id) +
                " is a whole number written as a fraction; ids are names, and one without the "
                "fraction is another";
      break;
    case IdOddity::kQuote:
      message = subject + quoted(id) +
                " begins with a quote that does not enclose it, and is taken as it stands";
      break;
    case IdOddity::kSummary:
      message = subject + quoted(id) +
                " looks like a sum or mean below the ratings, and is taken for a user";
      break;
  }
  noted = LineNote{chunk_.line_breaks, 0, Fault::kNone, message, {}};
}

/// Counts a bad line; whether parsing may go on. `line`: where it begins.
bool ChunkParser::report(const LineFault& fault, const char* line) {
  // Text without line breaks is no list of ratings, whatever else is to be left out.
  const bool may_skip =
      options_.on_bad_line == ReadOptions::OnBadLine::kSkip && fault.fault != Fault::kTooLong;
  ++chunk_.bad_lines;
  if (may_skip && chunk_.first_bad.size() == kReportedBadLines) return true;
  if (!may_skip && chunk_.first_bad.size() == kReportedBadLines) chunk_.first_bad.pop_back();
  const auto breaks_before = static_cast<std::uint64_t>(std::count(line, fault.at, '\n'));
  chunk_.first_bad.push_back({chunk_.line_breaks + breaks_before, column_of(line, fault.at),
                              fault.fault, describe(fault, format_.delimiter, format_.field_count),
                              remedy(fault)});
  chunk_.is_stopped = !may_skip;
  return may_skip;
}

}  // namespace mfpar
