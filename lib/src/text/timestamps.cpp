// SPDX-License-Identifier: MIT
//
// The forms in which times stand in files of ratings.
#include <charconv>
#include <chrono>
#include <optional>

#include "mfpar/read_ratings.hpp"
#include "text/field_values.hpp"

namespace mfpar {

namespace {

/// Takes pieces off the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool is_done() const { return text_.empty(); }

  bool take(std::string_view any_of) {
    if (text_.empty() || any_of.find(text_[0]) == any_of.npos) return false;
    text_.remove_prefix(1);
    return true;
  }

  /// A number of `min` to `max` digits.
  std::optional<int> digits(std::size_t min, std::size_t max) {
    std::size_t count = 0;
    int number = 0;
    for (; count < max && count < text_.size() && text_[count] >= '0' && text_[count] <= '9';
         ++count) {
      number = 10 * number + (text_[count] - '0');
    }
    if (count < min) return std::nullopt;
    text_.remove_prefix(count);
    return number;
  }

  void skip_digits() {
    while (take("0123456789")) {
    }
  }

 private:
  std::string_view text_;
};

/// "10:00", "10:00:07.25"; seconds since midnight.
std::optional<std::int64_t> time_of_day(Reader& reader) {
  const auto hour = reader.digits(1, 2);
  if (!hour || *hour > 24 || !reader.take(":")) return std::nullopt;
  const auto minute = reader.digits(2, 2);
  if (!minute || *minute > 59) return std::nullopt;
  int second = 0;
  if (reader.take(":")) {
    const auto seconds = reader.digits(2, 2);
    if (!seconds || *seconds > 60) return std::nullopt;
    second = *seconds;
    if (reader.take(".,")) reader.skip_digits();
  }
  return std::int64_t{*hour} * 3600 + *minute * 60 + second;
}

/// "Z", " UTC", "+01:00", "-0330", "+1"; seconds east of Greenwich.
std::optional<std::int64_t> offset(Reader& reader) {
  if (reader.is_done() || reader.take("Zz")) return 0;
  reader.take(" ");
  if (reader.take("U")) {
    return reader.take("T") && reader.take("C") ? std::optional<std::int64_t>(0) : std::nullopt;
  }
  const bool is_west = reader.take("-");
  if (!is_west && !reader.take("+")) return std::nullopt;
  const auto hours = reader.digits(1, 2);
  if (!hours) return std::nullopt;
  reader.take(":");
  const int minutes = reader.is_done() ? 0 : reader.digits(2, 2).value_or(-1);
  if (minutes < 0) return std::nullopt;
  const std::int64_t seconds = std::int64_t{*hours} * 3600 + minutes * 60;
  return is_west ? -seconds : seconds;
}

std::optional<std::int64_t> parse_date(std::string_view text) {
  Reader reader(text);
  const auto year = reader.digits(4, 4);
  if (!year || !reader.take("-/.")) return std::nullopt;
  const auto month = reader.digits(1, 2);
  if (!month || !reader.take("-/.")) return std::nullopt;
  const auto day = reader.digits(1, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  std::int64_t seconds =
      std::int64_t{std::chrono::sys_days(date).time_since_epoch().count()} * std::int64_t{86'400};
  if (!reader.is_done()) {
    if (!reader.take("Tt ")) return std::nullopt;
    const auto time = time_of_day(reader);
    const auto east = time ? offset(reader) : std::nullopt;
    if (!east || !reader.is_done()) return std::nullopt;
    seconds += *time - *east;
  }
  return seconds;
}

}  // namespace

ParsedNumber<std::int64_t> parse_timestamp(std::string_view text) {
  const char* const end = text.data() + text.size();
  std::int64_t value = 0;
  const auto [stop, problem] = std::from_chars(text.data(), end, value);
  if (problem == std::errc{}) {
    if (stop == end) return {value};
    // pandas writes whole seconds so once a single one was missing.
    if (*stop == '.' && stop + 1 != end) {
      const std::string_view fraction(stop + 1, static_cast<std::size_t>(end - stop - 1));
      if (fraction.find_first_not_of("0123456789") == fraction.npos) return {value};
    }
    if (const auto seconds = parse_date(text)) return {*seconds};
  }
  return {0, Fault::kNoTime, 0};
}

std::optional<std::int64_t> parse_time(std::string_view text) {
  const ParsedNumber<std::int64_t> time = parse_timestamp(text);
  return time.fault == Fault::kNone ? std::optional(time.number) : std::nullopt;
}

}  // namespace mfpar
