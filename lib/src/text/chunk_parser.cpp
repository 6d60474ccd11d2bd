// SPDX-License-Identifier: MIT
#include "text/chunk_parser.hpp"

#include <algorithm>
#include <utility>

#include "base/id_hash.hpp"

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
      scanner_(format.delimiter) {
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
  builder_.begin(expected_ratings(end - begin));
  const char* const text_end = text.data() + text.size();
  const char* const chunk_end = text.data() + end;
  const char* p = text.data() + begin;
  while (p < chunk_end) {
    p = parse_plain_lines(p, chunk_end, text_end);
    if (p >= chunk_end) break;
    const LineScanner::Line line = scanner_.scan(p, text_end, is_last);
    if (line.outcome == LineScanner::Outcome::kUnfinished) break;
    if (line.outcome != LineScanner::Outcome::kEmpty) {
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
      const std::string_view text(reinterpret_cast<const char*>(&line.rating),
                                  length_of_short_text(line.rating));
      const ParsedNumber<float> parsed = parse_rating(text);
      if (parsed.fault != Fault::kNone) break;
      value = builder_.codes().remember(line.rating, parsed.number);
    }
    builder_.add(item_first_ ? line.second_id : line.first_id,
                 item_first_ ? line.first_id : line.second_id, *value, line.timestamp);
    ++lines;
    p = next;
  }
  chunk_.lines += lines;
  chunk_.line_breaks += lines;
  return p;
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

  const std::string_view rating = text_of(field(Role::kRating), scratch_);
  const ParsedNumber<float> value = parse_rating(rating);
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
  return {};
}

LineFault ChunkParser::take_id(const Field& field, Role role, std::string& scratch,
                               std::string_view& id) {
  id = text_of(field, scratch);
  if (id.empty()) return {Fault::kEmptyId, role, field.text.data(), id};
  if (!is_ascii(id) && !is_utf8(id)) return {Fault::kBadUtf8, role, field.text.data(), id};
  auto& noted = chunk_.negative_ids[static_cast<std::size_t>(role)];
  if (id[0] == '-' && !noted && canonical_integer(id)) {
    noted = LineNote{chunk_.line_breaks, 0, Fault::kNone,
                     std::string(name_of(role)) + " id " + std::string(id) +
                         " is negative; ids are names, and it is kept as one"};
  }
  return {};
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
                              fault.fault,
                              describe(fault, format_.delimiter, format_.field_count)});
  chunk_.is_stopped = !may_skip;
  return may_skip;
}

}  // namespace mfpar
