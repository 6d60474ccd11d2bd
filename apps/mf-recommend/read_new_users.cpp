// SPDX-License-Identifier: MIT
#include "mf-recommend/read_new_users.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>

#include "mf-recommend/delimited_text.hpp"
#include "mfpar/error.hpp"
#include "text/column_roles.hpp"
#include "text/field_values.hpp"
#include "text/line_fault.hpp"

namespace mfpar::apps {

namespace {

/// Enough for the first lines of any file.
constexpr std::size_t kBeginning = std::size_t{1} << 16;

constexpr auto kUser = static_cast<std::size_t>(Role::kUser);
constexpr auto kItem = static_cast<std::size_t>(Role::kItem);
constexpr auto kRating = static_cast<std::size_t>(Role::kRating);

bool is_asked(const ReadOptions& options, Role role) {
  return !asked_column(options, role).empty();
}

bool is_one_users(const DelimitedText& beginning, const ReadOptions& options) {
  if (beginning.rows.empty() || is_asked(options, Role::kUser)) return false;
  const std::vector<std::string>& first = beginning.rows.front();
  if (first.size() == 2) return true;
  if (first.size() < 2) return false;
  const ColumnRoles known = known_columns(first);
  const auto is_there = [&](std::size_t role) {
    return known[role] || is_asked(options, static_cast<Role>(role));
  };
  return !known[kUser] && is_there(kItem) && is_there(kRating);
}

/// The lines of one user, who is not named.
class OneUser {
 public:
  OneUser(const DelimitedText& file, const ReadOptions& options) : file_(file), options_(options) {
    const std::vector<std::string>& first = file.rows.front();
    const ColumnRoles known = known_columns(first);
    const auto named = [&](Role role) {
      return is_asked(options, role) && !is_column_number(asked_column(options, role));
    };
    has_header_ = options.header.value_or(known[kItem] || known[kRating] || named(Role::kItem) ||
                                          named(Role::kRating) ||
                                          (first.size() == 2 && !looks_like_number(first[1])));
    const std::vector<std::string> header = has_header_ ? first : std::vector<std::string>{};
    const ColumnRoles asked = asked_columns(options, header, first.size(), file.name);
    const auto choose = [&](std::size_t role) -> std::optional<int> {
      if (asked[role]) return asked[role];
      return has_header_ ? known[role] : std::nullopt;
    };
    // Of two columns, the one that is told leaves the other.
    const auto item = choose(kItem), rating = choose(kRating);
    const int last = static_cast<int>(first.size()) - 1;
    item_ = static_cast<std::size_t>(item ? *item : rating && *rating == 0 ? last : 0);
    rating_ = static_cast<std::size_t>(rating ? *rating : item_ == 0 ? last : 0);
    if (item_ == rating_) {
      throw Error(ErrorCode::kBadOption, file.name + ": item and rating are both column " +
                                             std::to_string(item_ + 1) +
                                             "; tell them apart with --columns");
    }
  }

  NewUsers read(const std::string& id, const FactorModel& model) const {
    NewUsers result;
    std::vector<ItemRating> ratings;
    for (std::size_t row = has_header_ ? 1 : 0; row < file_.rows.size(); ++row) {
      const LineFault fault = rate(file_.rows[row], ratings);
      if (fault.fault == Fault::kNone) continue;
      const std::string message =
          file_.place(row) + describe(fault, file_.delimiter, file_.rows.front().size());
      if (options_.on_bad_line == ReadOptions::OnBadLine::kError) {
        throw Error(ErrorCode::kBadData, message + "; --on-bad-line skip leaves such lines out");
      }
      if (result.bad_lines++ == 0) result.first_bad = message;
    }
    const auto lines = static_cast<double>(file_.rows.size() - has_header_);
    if (static_cast<double>(result.bad_lines) > options_.most_bad_share * lines) {
      throw Error(ErrorCode::kBadData, std::to_string(result.bad_lines) +
                                           " lines are bad, more than "
                                           "--most-bad-share; the first: " +
                                           result.first_bad);
    }
    result.users.push_back(new_user(model, id, ratings));
    return result;
  }

 private:
  LineFault rate(const std::vector<std::string>& row, std::vector<ItemRating>& ratings) const {
    const std::size_t expected = file_.rows.front().size();
    if (row.size() != expected) {
      return {.fault = row.size() < expected ? Fault::kMissingField : Fault::kExtraField,
              .found = {},
              .field_count = row.size()};
    }
    const std::string &item = row[item_], &value = row[rating_];
    const auto faulty = [](Fault fault, Role role, std::string_view found) {
      return LineFault{.fault = fault, .role = role, .found = found};
    };
    if (item.empty()) return faulty(Fault::kEmptyId, Role::kItem, item);
    if (!is_utf8(item)) return faulty(Fault::kBadUtf8, Role::kItem, item);
    const auto rating = parse_rating(value);
    if (rating.fault != Fault::kNone) return faulty(rating.fault, Role::kRating, value);
    ratings.push_back({item, rating.number});
    return {};
  }

  const DelimitedText& file_;
  const ReadOptions& options_;
  bool has_header_ = false;
  std::size_t item_ = 0, rating_ = 1;
};

NewUsers users_of(const ReadResult& read, const FactorModel& model) {
  NewUsers result{
      .users = {},
      .is_named = true,
      .bad_lines = read.report.bad_lines,
      .first_bad = read.report.bad_lines > 0 ? read.report.first_bad.front().message : ""};
  const IdDictionary &users = *read.ratings.users(), &items = *read.ratings.items();
  std::vector<std::vector<ItemRating>> ratings(users.size());
  for (std::uint64_t i = 0; i < read.ratings.size(); ++i) {
    const Rating rating = read.ratings.at(i);
    ratings[rating.user].push_back({items.id(rating.item), rating.value});
  }
  for (UserIndex user = 0; user < users.size(); ++user) {
    result.users.push_back(new_user(model, users.id(user), ratings[user]));
  }
  return result;
}

}  // namespace

NewUsers read_new_users(const std::string& path, const ReadOptions& options, const std::string& id,
                        const FactorModel& model) {
  const std::string name = name_of_input(path);
  // A pipe can be read once only.
  const bool is_stream = path == "-" || std::filesystem::is_fifo(path);
  const std::string text = is_stream ? read_text(path) : read_text(path, kBeginning);
  const bool is_whole = is_stream || text.size() < kBeginning;
  const DelimitedText beginning =
      cut_text(std::string_view(text).substr(0, kBeginning), name, options.delimiter,
               is_whole && text.size() <= kBeginning);
  if (!is_one_users(beginning, options)) {
    return users_of(is_stream ? parse_ratings(text, name, options) : read_ratings(path, options),
                    model);
  }
  const DelimitedText all = cut_text(is_whole ? text : read_text(path), name, beginning.delimiter);
  return OneUser(all, options).read(id, model);
}

}  // namespace mfpar::apps
