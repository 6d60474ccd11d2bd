// SPDX-License-Identifier: MIT
#include "text/choose_columns.hpp"

#include <algorithm>
#include <optional>

#include "base/shell_word.hpp"
#include "mfpar/error.hpp"
#include "text/column_content.hpp"
#include "text/column_roles.hpp"
#include "text/field_values.hpp"
#include "text/wide_table.hpp"

namespace mfpar {

namespace {

constexpr std::size_t kUser = static_cast<std::size_t>(Role::kUser);
constexpr std::size_t kItem = static_cast<std::size_t>(Role::kItem);
constexpr std::size_t kRating = static_cast<std::size_t>(Role::kRating);
constexpr std::size_t kTimestamp = static_cast<std::size_t>(Role::kTimestamp);

class Chooser {
 public:
  Chooser(const std::vector<std::string>& header, std::span<const std::vector<std::string>> lines,
          const std::string& name, const ReadOptions& options, TextFormat& format)
      : header_(header),
        lines_(lines),
        name_(name),
        options_(options),
        format_(format),
        columns_(look_at_columns(lines, format.field_count)),
        asked_(asked_columns(options, header, format.field_count, name)),
        known_(known_columns(header)),
        any_asked_(asked_[kUser] || asked_[kItem] || asked_[kRating]) {}

  void choose();

 private:
  bool is_of_single_user() const;
  void check_known_rating() const;
  ColumnRoles last_missing();
  ColumnRoles in_order();
  void check_fourth(ColumnRoles& roles) const;
  std::string why_not_in_order() const;
  void assign(const ColumnRoles& in_order);
  bool keeps_timestamps() const;

  std::string suggestion() const {
    const auto guess = guess_columns(columns_);
    return "--columns " + (guess ? columns_option(guess->roles) : "user=1,item=2,rating=3");
  }
  std::string column_name(std::size_t column) const {
    return "column " + std::to_string(column + 1) +
           (header_.empty() || header_[column].empty() ? "" : " (" + quoted(header_[column]) + ")");
  }
  std::string among_header() const { return header_.empty() ? "" : " among " + list_of(header_); }
  [[noreturn]] void fail(ErrorCode code, const std::string& what) const {
    throw Error(code, name_ + ": " + what);
  }

  const std::vector<std::string>& header_;
  std::span<const std::vector<std::string>> lines_;
  const std::string& name_;
  const ReadOptions& options_;
  TextFormat& format_;
  std::vector<ColumnContent> columns_;
  ColumnRoles asked_;
  ColumnRoles known_;
  bool any_asked_;
  bool is_single_user_ = false;
};

/// Whether the file has no column of users, and may have none.
bool Chooser::is_of_single_user() const {
  if (options_.single_user.empty() || asked_[kUser] || known_[kUser]) return false;
  return format_.field_count == 2 ||
         ((asked_[kItem] || known_[kItem]) && (asked_[kRating] || known_[kRating]));
}

void Chooser::choose() {
  is_single_user_ = is_of_single_user();
  if (is_single_user_) {
    // Of two columns, the one that is given leaves the other.
    const auto item = asked_[kItem] ? asked_[kItem] : known_[kItem];
    const auto rating = asked_[kRating] ? asked_[kRating] : known_[kRating];
    const int item_place = item ? *item : rating == 0 ? 1 : 0;
    return assign({std::nullopt, item_place, item_place == 0 ? 1 : 0, std::nullopt});
  }
  const int known = (known_[kUser] ? 1 : 0) + (known_[kItem] ? 1 : 0) + (known_[kRating] ? 1 : 0);
  ColumnRoles roles;
  if (!any_asked_) {
    if (known < 3) refuse_compound_columns(header_, lines_, format_.delimiter, name_);
    if (known < 2) {
      refuse_wide_table(header_, lines_, columns_, format_.delimiter, name_);
    }
    if (known_[kRating]) check_known_rating();
    if (known == 2) roles = last_missing();
  }
  if (known == 0 && format_.field_count >= 3 && (!any_asked_ || header_.empty())) {
    roles = in_order();
  }
  assign(roles);
}

/// A column may be called "value" or "score" and hold something else.
void Chooser::check_known_rating() const {
  const auto place = static_cast<std::size_t>(*known_[kRating]);
  if (!columns_[place].is_time) return;
  fail(ErrorCode::kBadData, column_name(place) + " " + why_no_rating(columns_[place]) +
                                ", no ratings; say which column does: --columns rating=NAME or "
                                "=NUMBER");
}

/// Of user, item and rating the one that the header does not name, if one column only can be it.
ColumnRoles Chooser::last_missing() {
  const std::size_t role = !known_[kUser] ? kUser : !known_[kItem] ? kItem : kRating;
  std::vector<int> candidates;
  std::size_t left = 0;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const auto place = static_cast<int>(i);
    if (std::find(known_.begin(), known_.end(), std::optional(place)) != known_.end()) continue;
    if (columns_[i].is_row_number && i == 0) continue;
    ++left;
    if (columns_[i].is_time || columns_[i].values == 0) continue;
    if (role == kRating && (!columns_[i].is_number || !why_no_rating(columns_[i]).empty())) {
      continue;
    }
    candidates.push_back(place);
  }
  ColumnRoles roles;
  if (candidates.size() == 1 && left == 1) {
    roles[role] = candidates[0];
    format_.notes.push_back(column_name(static_cast<std::size_t>(candidates[0])) +
                            " is taken for the " + std::string(name_of(static_cast<Role>(role))) +
                            ", since the header names the others");
  } else if (role == kRating && candidates.empty()) {
    fail(ErrorCode::kBadData,
         "there is no rating column" + among_header() +
             ": they say who met what (views, purchases), but no rating to learn from; if one is "
             "there, name it with --columns rating=NAME or =NUMBER");
  }
  return roles;
}

/// Why the columns cannot be user, item, rating and timestamp in this order; empty where they can.
std::string Chooser::why_not_in_order() const {
  const std::size_t count = columns_.size();
  const ColumnContent& third = columns_[2];
  if (known_[kTimestamp] && *known_[kTimestamp] < 3) {
    return column_name(static_cast<std::size_t>(*known_[kTimestamp])) + " is the timestamp";
  }
  if (columns_[0].is_row_number && (count > 3 || columns_[1].distinct > 1)) {
    return column_name(0) + " counts the lines (" + columns_[0].first[0] + ", " +
           columns_[0].first[1] + ", ...), and is no user";
  }
  // An id may look like a time.
  if (count == 4 && !columns_[3].is_time && guess_columns(columns_)) {
    for (std::size_t i = 0; i < 2; ++i) {
      if (columns_[i].is_time) return column_name(i) + " " + why_no_rating(columns_[i]);
    }
  }
  if (const std::string why = why_no_rating(third); !why.empty()) {
    return column_name(2) + " " + why + ", no ratings";
  }
  if (count == 4 && third.values > 1 && third.distinct == 1 && columns_[3].is_number &&
      columns_[3].distinct > 1 && why_no_rating(columns_[3]).empty()) {
    return column_name(2) + " has the same value in every line, and no rating to tell apart";
  }
  return {};
}

/// The columns by their order, where neither options nor header say more.
ColumnRoles Chooser::in_order() {
  const std::size_t count = format_.field_count;
  if (!any_asked_ && count > 4) {
    fail(ErrorCode::kBadData, std::to_string(count) +
                                  " columns, and none has a name that is known" +
                                  (header_.empty() ? "" : " (" + list_of(header_) + ")") +
                                  "; say which to use: " + suggestion());
  }
  ColumnRoles roles{0, 1, 2, std::nullopt};
  if (!any_asked_ && !lines_.empty()) {
    if (const std::string why = why_not_in_order(); !why.empty()) {
      const auto guess = guess_columns(columns_);
      if (!guess && count == 3) {
        fail(ErrorCode::kBadData,
             why +
                 "; the others say who met what (views, purchases), but no rating to learn from; "
                 "if they are right as they are: --columns user=1,item=2,rating=3");
      }
      if (!guess || !guess->is_certain) {
        fail(ErrorCode::kBadData, why + "; say which columns to use: " + suggestion());
      }
      format_.notes.push_back(why + "; the columns are taken as --columns " +
                              columns_option(guess->roles));
      return guess->roles;
    }
  }
  if (count == 4) check_fourth(roles);
  if (!header_.empty()) {
    format_.notes.push_back("the first line (" + list_of(header_) +
                            ") is taken for a header, and the columns for user, item and rating "
                            "in this order");
  }
  return roles;
}

/// The fourth column is the timestamp where it holds numbers or dates.
void Chooser::check_fourth(ColumnRoles& roles) const {
  const ColumnContent& fourth = columns_[3];
  const std::string first = fourth.first.empty() ? "" : fourth.first[0];
  if (lines_.empty() || looks_like_number(first) || fourth.is_time) {
    roles[kTimestamp] = 3;
  } else if (header_.empty() && !any_asked_ && fourth.values > 0) {
    fail(ErrorCode::kBadData, "the fourth column holds no timestamps (" + quoted(first) +
                                  "); say which columns to use: " + suggestion());
  }
}

/// Sets the format's columns: those asked for, else known, else in order.
void Chooser::assign(const ColumnRoles& in_order) {
  const bool requires_timestamps = options_.timestamps == ReadOptions::Timestamps::kRequired;
  std::vector<Role> owner_of(format_.field_count, Role::kUser);
  std::vector<bool> is_taken(format_.field_count, false);
  for (std::size_t i = 0; i < kRoles; ++i) {
    const Role role = static_cast<Role>(i);
    const auto column = asked_[i] ? asked_[i] : known_[i] ? known_[i] : in_order[i];
    const bool is_needed =
        role == Role::kUser ? !is_single_user_ : role != Role::kTimestamp || requires_timestamps;
    if (!column && is_needed) {
      fail(ErrorCode::kBadOption, "there is no " + std::string(name_of(role)) + " column" +
                                      among_header() + "; name it with --columns " +
                                      std::string(name_of(role)) + "=NAME or =NUMBER");
    }
    format_.columns[i] = column.value_or(TextFormat::kNoColumn);
    if (!column) continue;
    const auto place = static_cast<std::size_t>(*column);
    if (is_taken[place]) {
      // A timestamp that nobody asked for gives way.
      if (role == Role::kTimestamp && !asked_[i] && !requires_timestamps) {
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
  format_.keeps_timestamps = keeps_timestamps();
}

/// Whether the column of timestamps, if there is one, is to be read.
bool Chooser::keeps_timestamps() const {
  const int column = format_.column(Role::kTimestamp);
  if (column == TextFormat::kNoColumn) return false;
  if (options_.timestamps != ReadOptions::Timestamps::kIfThere) {
    return options_.timestamps == ReadOptions::Timestamps::kRequired;
  }
  // What stands under a well-known name may be something else.
  const ColumnContent& content = columns_[static_cast<std::size_t>(column)];
  return asked_[kTimestamp] || content.first.empty() ||
         parse_timestamp(content.first[0]).fault == Fault::kNone;
}

}  // namespace

void refuse_compound_columns(const std::vector<std::string>& header,
                             std::span<const std::vector<std::string>> lines,
                             const std::string& delimiter, const std::string& name) {
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (!is_compound(header[i])) continue;
    const bool has_value = !lines.empty() && i < lines[0].size();
    const std::string& value = has_value ? lines[0][i] : header[i];
    const std::size_t found = value.find_first_of(":_-/|#~@", 1);
    std::string remedy = "; split it first";
    if (found != value.npos) {
      const std::string separator =
          (value[found] == '/' ? "\\" : "") + std::string(1, value[found]);
      const std::string with = delimiter == "\t" ? "\\t" : delimiter;
      std::string before;
      for (std::size_t column = 0; column < i; ++column) {
        before += "[^" + delimiter.substr(0, 1) + "]*" + with;
      }
      remedy += i == 0 ? ": sed 's/" + separator + "/" + with + "/' "
                       : ": sed -E 's/^(" + before + "[^" + separator + "]*)" + separator + "/\\1" +
                             with + "/' ";
      remedy += (name == "standard input" ? "" : shell_word(name) + " ") + "| ... -";
    }
    throw Error(ErrorCode::kBadData,
                name + ": column " + std::to_string(i + 1) + " (" + quoted(header[i]) +
                    ") holds user and item in one, such as " + quoted(value) + remedy);
  }
}

void choose_columns(const std::vector<std::string>& header,
                    std::span<const std::vector<std::string>> lines, const std::string& name,
                    const ReadOptions& options, TextFormat& format) {
  Chooser(header, lines, name, options, format).choose();
}

}  // namespace mfpar
