// SPDX-License-Identifier: MIT
#include "text/grouped_lines.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "base/ascii.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

/// The item of a line such as "101:"; empty where it is none.
std::string_view item_of(std::string_view line) {
  if (line.size() < 2 || line.back() != ':') return {};
  line.remove_suffix(1);
  return line.find_first_of(" \t,:;|") == line.npos ? line : std::string_view();
}

/// The user of a line such as "7|3"; empty where it is none.
std::string_view user_of(std::string_view line) {
  const std::size_t bar = line.find('|');
  if (bar == line.npos || !is_digits(line.substr(0, bar)) || !is_digits(line.substr(bar + 1))) {
    return {};
  }
  return line.substr(0, bar);
}

/// Puts the item or user above into each line.
class GroupedLines : public LineConversion {
 public:
  GroupedLines(std::string name, bool by_item) : name_(std::move(name)), by_item_(by_item) {}

 private:
  void convert_line(std::string_view line, std::string& out) override {
    by_item_ ? take_below_item(trimmed(line), out) : take_below_user(trimmed(line), out);
  }

  void finish() override { check_count(); }

  void take_below_item(std::string_view line, std::string& out) {
    if (line.empty()) return;
    if (const std::string_view item = item_of(line); !item.empty()) {
      owner_ = item;
      return;
    }
    const std::size_t comma = std::min(line.find(','), line.size());
    out.append(line.substr(0, comma)).append(",").append(owner_).append(line.substr(comma));
  }

  void take_below_user(std::string_view line, std::string& out) {
    if (line.empty()) return;
    if (const std::string_view user = user_of(line); !user.empty()) {
      check_count();
      owner_ = user;
      const std::string_view count = line.substr(user.size() + 1);
      std::from_chars(count.data(), count.data() + count.size(), left_);
      owner_line_ = line_number();
      return;
    }
    --left_;
    const std::size_t blank = std::min(line.find_first_of(" \t"), line.size());
    std::string_view rest = trimmed(line.substr(blank));
    rest = rest.substr(0, rest.find_first_of(" \t"));  // what follows is day and time
    out.append(owner_).append(",").append(line.substr(0, blank)).append(",").append(rest);
  }

  void check_count() const {
    if (by_item_ || left_ == 0) return;
    throw Error(ErrorCode::kBadData,
                name_ + ":" + std::to_string(owner_line_) + ": user " + owner_ + " has " +
                    std::to_string(left_ < 0 ? -left_ : left_) + " ratings " +
                    (left_ < 0 ? "more" : "less") + " below than the line says; it may be cut off");
  }

  std::string name_;
  bool by_item_;
  std::string owner_;
  std::int64_t left_ = 0;  // of the user's ratings
  std::uint64_t owner_line_ = 0;
};

}  // namespace

Layout find_grouped_lines(std::string_view head, const std::string& name,
                          const ReadOptions& options) {
  std::string_view lines[2];
  std::size_t begin = 0;
  for (std::string_view& line : lines) {
    begin = std::min(head.find_first_not_of(" \t\r\n", begin), head.size());
    const std::size_t end = std::min(head.find('\n', begin), head.size());
    line = trimmed(head.substr(begin, end - begin));
    begin = end;
  }
  const auto commas = std::count(lines[1].begin(), lines[1].end(), ',');
  const bool by_item = !item_of(lines[0]).empty() && (commas == 1 || commas == 2);
  const bool by_user = !user_of(lines[0]).empty() && user_of(lines[1]).empty() &&
                       lines[1].find_first_of(" \t") != lines[1].npos;
  if (!by_item && !by_user) return {};
  Layout layout;
  TextFormat& format = layout.format;
  format.delimiter = ",";
  const bool has_times = by_item && commas == 2;
  format.field_count = has_times ? 4 : 3;
  format.columns = {0, 1, 2, has_times ? 3 : TextFormat::kNoColumn};
  format.keeps_timestamps = has_times && options.timestamps != ReadOptions::Timestamps::kIgnore;
  if (!has_times && options.timestamps == ReadOptions::Timestamps::kRequired) {
    throw Error(ErrorCode::kBadOption, name + ": there are no timestamps");
  }
  format.notes.push_back(by_item ? "read as lines of an item (\"" + std::string(lines[0]) +
                                       "\") with its users and ratings below"
                                 : "read as lines of a user and a count (\"" +
                                       std::string(lines[0]) + "\") with items and ratings below");
  layout.conversion = std::make_unique<GroupedLines>(name, by_item);
  return layout;
}

}  // namespace mfpar
