// SPDX-License-Identifier: MIT
#include "text/rating_text.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <memory>
#include <utility>

#include "base/percent.hpp"
#include "base/shell_word.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

/// Lowers `bound` to `value` where it is higher.
void lower_to(std::atomic<std::size_t>& bound, std::size_t value) {
  std::size_t current = bound.load();
  while (value < current && !bound.compare_exchange_weak(current, value)) {
  }
}

/// Adds the ids of `from` in `range` to `to`, and their indices there to `indices`.
void add_ids(const IdBuilder& from, Range range, IdBuilder& to,
             std::vector<std::uint32_t>& indices) {
  assert(indices.size() == range.begin);
  for (auto i = static_cast<std::uint32_t>(range.begin); i < range.end; ++i) {
    indices.push_back(from.is_integer() ? to.add(from.integer(i)) : to.add(from.text(i)));
  }
}

/// Puts the indices of the whole table into a chunk, given those for the indices it has.
void relabel(RatingChunk& chunk, const std::vector<std::uint32_t>& users,
             const std::vector<std::uint32_t>& items, std::uint32_t item_count) {
  chunk.users.rename([&](UserIndex user) { return users[user]; });
  if (chunk.is_compact() && item_count > RatingStore::kMaxCompactItems) chunk.widen();
  const auto relabel_items = [&](auto& entries) {
    for (auto& entry : entries) {
      entry = RatingStore::with_item(entry, items[RatingStore::item_of(entry)]);
    }
  };
  relabel_items(chunk.compact);
  relabel_items(chunk.wide);
}

/// The columns in the form in which they are asked for.
std::string columns_text(const TextFormat& format) {
  std::string text;
  for (const Role role : {Role::kUser, Role::kItem, Role::kRating, Role::kTimestamp}) {
    if (role == Role::kTimestamp && !format.keeps_timestamps) continue;
    if (format.column(role) == TextFormat::kNoColumn) continue;
    text.append(text.empty() ? "" : ",").append(name_of(role));
    text.append("=").append(std::to_string(format.column(role) + 1));
  }
  return text;
}

/// A remedy with the name of the file in the place of FILE.
std::string with_file(std::string text, const std::string& name) {
  const std::size_t found = text.find("FILE ");
  if (found == text.npos) return text;
  return text.replace(found, 5, name == "standard input" ? "" : shell_word(name) + " ");
}

}  // namespace

/// One try at a buffer with one way to cut it. Every thread has a parser whose ids grow from chunk
/// to chunk, and takes chunks in ascending order: the ids that a chunk added are then those whose
/// first appearance, for this thread, is in that chunk.
struct RatingText::Attempt {
  std::vector<std::unique_ptr<ChunkParser>> parsers;
  std::vector<ParsedChunk> chunks;
};

RatingText::RatingText(std::string name, const ReadOptions& options, std::size_t chunk_bytes)
    : names_{std::move(name)},
      options_(options),
      chunk_bytes_(chunk_bytes),
      workers_(options.threads) {}

void RatingText::begin_file(std::string name) {
  names_.push_back(std::move(name));
  format_.reset();
  is_at_beginning_ = true;
  lines_before_ = report_.lines;
}

TextFormat RatingText::format_of(std::string_view buffer, bool is_last) const {
  const bool may_be_like_first = first_format_ && first_format_->has_header;
  try {
    TextFormat format = detect_format(buffer, is_last, names_.back(), options_);
    if (!may_be_like_first || format.has_header) return format;
  } catch (const Error&) {
    if (!may_be_like_first) throw;
  }
  // A part of a table without a header: what the first file's header says of the columns holds.
  ReadOptions options = options_;
  std::string* const columns[] = {&options.user_column, &options.item_column,
                                  &options.rating_column, &options.timestamp_column};
  for (std::size_t i = 0; i < kRoles; ++i) {
    const int column = first_format_->columns[i];
    *columns[i] = column == TextFormat::kNoColumn ? "" : std::to_string(column + 1);
  }
  options.header = false;
  return detect_format(buffer, is_last, names_.back(), options);
}

void RatingText::fail(const std::string& what) const {
  throw Error(ErrorCode::kBadData, names_.back() + ": " + what);
}

std::size_t RatingText::parse(std::string_view buffer, bool is_last, const Parsed& parsed) {
  std::size_t begin = 0;
  if (std::exchange(is_at_beginning_, false)) {
    if (!format_) format_ = format_of(buffer, is_last);
    begin = format_->body;
    line_breaks_ = format_->body_line;
    if (!first_format_) first_format_ = format_;
    for (const std::string& text : format_->notes) note(placed_in_file(text));
  }
  // Each way to cut is right more often than the one before, and slower.
  for (const Cut cut : {Cut::kLineBreaks, Cut::kQuoteParity, Cut::kNowhere}) {
    Attempt attempt;
    if (!parse_chunks(buffer, begin, is_last, cut, parsed, attempt)) continue;
    for (const ParsedChunk& chunk : attempt.chunks) count(chunk);
    const std::size_t end = attempt.chunks.back().end;
    merge(attempt);
    if (sink_) {
      sink_(std::exchange(chunks_, {}), std::uint64_t{ids_.users.size()} + ids_.items.size());
    }
    report_.bytes += end;
    return end;
  }
  assert(false);
  return 0;
}

/// Whether `cut` was right: whether each chunk ended where the next began, up to the end of the
/// buffer or to the first bad line that must be thrown, which ends the attempt.
bool RatingText::parse_chunks(std::string_view buffer, std::size_t begin, bool is_last, Cut cut,
                              const Parsed& parsed, Attempt& attempt) {
  const TextChunks places(buffer.substr(begin), chunk_bytes_, cut, workers_,
                          [&](std::size_t from, std::size_t to) {
                            if (parsed) parsed(begin + from, begin + to);
                          });
  const std::size_t count = places.count();
  attempt.chunks.resize(count);
  attempt.parsers.resize(
      std::min<std::size_t>(count, static_cast<std::size_t>(workers_.threads())));
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> stop{count - 1};  // no chunk behind this one is worth parsing
  workers_.for_each(attempt.parsers.size(), [&](std::size_t number) {
    auto& parser = attempt.parsers[number];
    parser = std::make_unique<ChunkParser>(*format_, options_);
    for (std::size_t i; (i = next.fetch_add(1)) < count && i <= stop.load();) {
      const Range place = places[i];
      const std::size_t chunk_begin = begin + place.begin, chunk_end = begin + place.end;
      ParsedChunk& chunk = attempt.chunks[i];
      chunk = parser->parse(buffer, chunk_begin, chunk_end, is_last);
      chunk.parser = number;
      const bool meets_next = chunk.end == chunk_end && chunk_end != buffer.size();
      if (chunk.is_stopped || !meets_next) lower_to(stop, i);
      if (parsed) parsed(chunk_begin, chunk_end);
    }
  });
  // The chunk that stopped it began rightly, since all before it met their next. Behind one that
  // reaches the end, perhaps with a line that is not finished, there are only empty chunks.
  attempt.chunks.resize(stop.load() + 1);
  return attempt.chunks.back().is_stopped || begin + places[stop.load()].end == buffer.size();
}

/// Adds a chunk to the report; throws for a bad line that must be.
void RatingText::count(const ParsedChunk& chunk) {
  for (const LineNote& bad : chunk.first_bad) {
    if (report_.first_bad.size() < kReportedBadLines) {
      report_.first_bad.push_back({line_breaks_ + bad.line + 1, placed(bad)});
    }
  }
  if (chunk.is_stopped) {
    const LineNote& bad = chunk.first_bad.back();
    std::string message = placed(bad);
    if (!bad.remedy.empty()) message += "; " + with_file(bad.remedy, names_.back());
    // Where the first lines fail, so will the others.
    const std::uint64_t good_lines =
        report_.lines + chunk.lines - report_.bad_lines - chunk.bad_lines - lines_before_;
    if (bad.fault != Fault::kTooLong && good_lines >= 2) {
      message += "; --on-bad-line skip leaves such lines out";
    }
    throw Error(ErrorCode::kBadData, message);
  }
  note_odd_ids(chunk);
  values_.add(chunk, line_breaks_, names_.size() - 1);
  ratings_ += chunk.ratings.size();
  line_breaks_ += chunk.line_breaks;
  report_.lines += chunk.lines;
  report_.bad_lines += chunk.bad_lines;
  report_.missing += chunk.missing;
}

/// Notes the first odd id of each kind, in the order of the text.
void RatingText::note_odd_ids(const ParsedChunk& chunk) {
  std::vector<std::pair<std::uint64_t, std::string>> notes;
  for (std::size_t role = 0; role < chunk.odd_ids.size(); ++role) {
    for (std::size_t oddity = 0; oddity < kIdOddities; ++oddity) {
      const auto& noted = chunk.odd_ids[role][oddity];
      if (!noted || std::exchange(has_noted_[role][oddity], true)) continue;
      notes.emplace_back(line_breaks_ + noted->line + 1, noted->message);
    }
  }
  std::stable_sort(notes.begin(), notes.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [line, message] : notes) {
    note(placed_in_file("line " + std::to_string(line) + ": " + message));
  }
}

/// A note of the file at hand, which is named where it is not the first.
std::string RatingText::placed_in_file(const std::string& text) const {
  return names_.size() > 1 ? names_.back() + ": " + text : text;
}

std::string RatingText::placed(const LineNote& bad) const {
  return names_.back() + ":" + std::to_string(line_breaks_ + bad.line + 1) + ":" +
         std::to_string(bad.column) + ": " + bad.message;
}

/// Moves the ratings of a buffer to the table. Walking the chunks in the order of the text, and the
/// ids each of them added, meets every id first where the text does.
void RatingText::merge(Attempt& attempt) {
  const bool is_first = ids_.users.size() == 0 && ids_.items.size() == 0;
  if (is_first && attempt.parsers.size() == 1) {
    ids_ = std::move(attempt.parsers[0]->ids());
  } else {
    std::vector<std::vector<std::uint32_t>> users(attempt.parsers.size()), items(users.size());
    workers_.for_each(2, [&](std::size_t which) {
      for (const ParsedChunk& chunk : attempt.chunks) {
        const GrowingIds& from = attempt.parsers[chunk.parser]->ids();
        if (which == 0) {
          add_ids(from.users, chunk.new_users, ids_.users, users[chunk.parser]);
        } else {
          add_ids(from.items, chunk.new_items, ids_.items, items[chunk.parser]);
        }
      }
    });
    workers_.for_each(attempt.chunks.size(), [&](std::size_t i) {
      ParsedChunk& chunk = attempt.chunks[i];
      relabel(chunk.ratings, users[chunk.parser], items[chunk.parser], ids_.items.size());
    });
  }
  for (ParsedChunk& chunk : attempt.chunks) {
    if (chunk.ratings.size() > 0) chunks_.push_back(std::move(chunk.ratings));
  }
}

void RatingText::end_file() {
  const std::uint64_t lines = report_.lines - lines_before_;
  if (format_->ratings && *format_->ratings != lines) {
    fail("has " + std::to_string(lines) + " lines of ratings, and its head says that there are " +
         std::to_string(*format_->ratings) + "; it may be cut off");
  }
}

ReadResult RatingText::finish() {
  const std::string lines = std::to_string(report_.lines);
  if (report_.lines == 0) {
    fail(format_->has_header ? "has a header line only; expected lines of ratings below it"
                             : "has no lines of ratings");
  }
  if (ratings_ == 0 && report_.bad_lines == 0) {
    fail("all " + lines + " ratings are missing ones, by --missing");
  }
  if (ratings_ == 0) {
    fail("all " + lines + " lines are bad; the first: " + report_.first_bad[0].message);
  }
  const double bad_share =
      static_cast<double>(report_.bad_lines) / static_cast<double>(report_.lines);
  if (bad_share > options_.most_bad_share) {
    fail(std::to_string(report_.bad_lines) + " of " + lines + " lines are bad (" +
         percent(bad_share) + "), more than " + percent(options_.most_bad_share) +
         "; --most-bad-share sets how many may be; the first: " + report_.first_bad[0].message);
  }
  for (std::string& text : values_.notes(chunks_, names_)) note(std::move(text));
  if (values_.has_one_only()) report_.only_value = values_.first();
  ReadResult result;
  report_.delimiter = first_format_->delimiter;
  report_.header = first_format_->has_header;
  report_.single_user = first_format_->column(Role::kUser) == TextFormat::kNoColumn;
  report_.columns = columns_text(*first_format_);
  result.report = std::move(report_);
  RatingTable::Impl& table = result.ratings.impl();
  table.chunks = std::move(chunks_);
  table.users = std::make_shared<const IdDictionary>(std::move(ids_.users).build());
  table.items = std::make_shared<const IdDictionary>(std::move(ids_.items).build());
  return result;
}

}  // namespace mfpar
