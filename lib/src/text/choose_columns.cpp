// SPDX-License-Identifier: MIT
#include "text/choose_columns.hpp"

#include <algorithm>
#include <optional>

#include "mfpar/error.hpp"
#include "text/column_content.hpp"
#include "text/column_names.hpp"
#include "text/column_roles.hpp"
#include "text/columns_in_order.hpp"
#include "text/compound_columns.hpp"
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
  bool lacks_ratings() const;
  void take_titles_for_items();
  void check_known_rating() const;
  ColumnRoles last_missing();
  ColumnRoles in_order();
  void check_fourth(ColumnRoles& roles) const;
  void assign(const ColumnRoles& in_order);
  bool keeps_timestamps() const;

  std::string suggestion() const {
    if (const auto guess = guess_columns(columns_)) {
      return "say which columns to use: --columns " + columns_option(guess->roles);
    }
    std::string text =
        "say which columns to use, as in --columns user=1,item=2,rating=3; the first line has";
    for (std::size_t i = 0; !lines_.empty() && i < std::min<std::size_t>(lines_[0].size(), 9);
         ++i) {
      text += (i == 0 ? " " : ", ") + quoted(lines_[0][i]) + " in " + std::to_string(i + 1);
    }
    return text;
  }
  std::string column_name(std::size_t column) const { return mfpar::column_name(column, header_); }
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

/// Whether the file has no column of ratings, and may have none, as far as options and the number
/// of columns tell.
bool Chooser::lacks_ratings() const {
  if (!options_.may_lack_ratings || asked_[kRating] || known_[kRating]) return false;
  return format_.field_count == 2 || (asked_[kUser] && asked_[kItem]);
}

/// Titles are the items of a person's own list.
void Chooser::take_titles_for_items() {
  if (options_.single_user.empty() || known_[kItem] || asked_[kItem]) return;
  const auto found = std::find_if(header_.begin(), header_.end(), is_title);
  if (found != header_.end()) known_[kItem] = static_cast<int>(found - header_.begin());
}

void Chooser::choose() {
  take_titles_for_items();
  is_single_user_ = is_of_single_user();
  if (is_single_user_) {
    // Of two columns, the one that is given leaves the other.
    auto item = asked_[kItem] ? asked_[kItem] : known_[kItem];
    const auto rating = asked_[kRating] ? asked_[kRating] : known_[kRating];
    const int item_place = item ? *item : rating == 0 ? 1 : 0;
    return assign({std::nullopt, item_place, item_place == 0 ? 1 : 0, std::nullopt});
  }
  if (lacks_ratings()) {
    // Of two columns, the one that is given leaves the other.
    auto user = asked_[kUser] ? asked_[kUser] : known_[kUser];
    const auto item = asked_[kItem] ? asked_[kItem] : known_[kItem];
    if (!user) user = item == 0 ? 1 : 0;
    return assign({user, item ? *item : *user == 0 ? 1 : 0, std::nullopt, std::nullopt});
  }
  const int known = (known_[kUser] ? 1 : 0) + (known_[kItem] ? 1 : 0) + (known_[kRating] ? 1 : 0);
  ColumnRoles roles;
  if (!any_asked_) {
    if (known < 3) refuse_compound_columns(header_, lines_, format_.delimiter, name_);
    if (known < 2) refuse_wide_table(header_, lines_, columns_, format_.delimiter, name_);
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
  const ColumnContent& column = columns_[place];
  if (column.is_time) {
    fail(ErrorCode::kBadData, column_name(place) + " " + why_no_rating(column) +
                                  ", no ratings; say which column does: --columns rating=NAME or "
                                  "=NUMBER");
  }
  // A unit behind the numbers has a remedy of its own.
  if (column.values > 1 && column.numbers == 0 &&
      (!looks_like_number(column.first[0]) || column.first[0].find(',') != std::string::npos)) {
    fail(ErrorCode::kBadData, column_name(place) + ", the rating, " + why_no_number(column));
  }
}

/// Of user, item and rating the one that the header does not name, if one column only can be it.
ColumnRoles Chooser::last_missing() {
  const std::size_t role = !known_[kUser] ? kUser : !known_[kItem] ? kItem : kRating;
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const auto named = named_role(header_[i]);
    // Where two columns may as well be the rating, neither is.
    if (role == kRating && named && named->role == Role::kRating) {
      if (options_.may_lack_ratings) return {};
      fail(ErrorCode::kBadData, "more than one column may be the rating" + among_header() +
                                    "; say which: --columns rating=NAME or =NUMBER");
    }
    const bool is_known =
        std::find(known_.begin(), known_.end(), std::optional(static_cast<int>(i))) != known_.end();
    const bool is_name = role == kItem && is_title(header_[i]);
    if (is_known || columns_[i].is_row_number || columns_[i].values == 0 ||
        (names_a_feature(header_[i]) && !is_name)) {
      continue;
    }
    if (is_name) {
      left = {i};
      break;
    }
    left.push_back(i);
  }
  const auto candidate = left.size() == 1 && !columns_[left[0]].is_time ? left[0] : header_.size();
  if (candidate == header_.size()) {
    if (role == kRating && std::none_of(left.begin(), left.end(), [&](std::size_t i) {
          return columns_[i].is_number && why_no_rating(columns_[i]).empty();
        })) {
      if (options_.may_lack_ratings) return {};
      fail(ErrorCode::kBadData,
           "there is no rating column" + among_header() +
               ": they say who met what (views, purchases), but no rating to learn from (mf-train "
               "--feedback one-class learns who chooses what); if one is there, name it with "
               "--columns rating=NAME or =NUMBER");
    }
    return {};
  }
  if (role == kRating && !columns_[candidate].is_number) {
    if (options_.may_lack_ratings) return {};
    fail(ErrorCode::kBadData, column_name(candidate) +
                                  " is the only one that may be the rating, but " +
                                  why_no_number(columns_[candidate]));
  }
  if (role == kRating && !why_no_rating(columns_[candidate]).empty()) return {};
  ColumnRoles roles;
  roles[role] = static_cast<int>(candidate);
  format_.notes.push_back(column_name(candidate) + " is taken for the " +
                          std::string(name_of(static_cast<Role>(role))) +
                          ", since the header names the others");
  return roles;
}

/// The columns by their order, where neither options nor header say more.
ColumnRoles Chooser::in_order() {
  const std::size_t count = format_.field_count;
  if (!any_asked_ && count > 4) {
    fail(ErrorCode::kBadData,
         std::to_string(count) + " columns, and none has a name that is known" +
             (header_.empty() ? "" : " (" + list_of(header_) + ")") + "; " + suggestion());
  }
  ColumnRoles roles{0, 1, 2, std::nullopt};
  if (!any_asked_ && !lines_.empty()) {
    const std::string why = why_not_in_order(columns_, header_, known_, format_.delimiter);
    if (!why.empty()) {
      const auto guess = guess_columns(columns_);
      if (!guess && count == 3 && options_.may_lack_ratings) {
        format_.notes.push_back(why +
                                "; the first two are taken for user and item, and each line "
                                "as chosen once");
        roles[kRating].reset();
        if (columns_[2].is_time) roles[kTimestamp] = 2;
        return roles;
      }
      if (!guess && count == 3) {
        fail(ErrorCode::kBadData,
             why +
                 "; the others say who met what (views, purchases), but no rating to learn from "
                 "(mf-train --feedback one-class learns who chooses what); if they are right as "
                 "they are: --columns user=1,item=2,rating=3");
      }
      if (!guess || !guess->is_certain) {
        fail(ErrorCode::kBadData, why + "; " + suggestion());
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
    fail(ErrorCode::kBadData,
         "the fourth column holds no timestamps (" + quoted(first) + "); " + suggestion());
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
    const bool is_needed = role == Role::kUser ? !is_single_user_
                           : role == Role::kRating
                               ? !options_.may_lack_ratings
                               : role != Role::kTimestamp || requires_timestamps;
    if (!column && is_needed) {
      const bool may_be_of_one_person =
          role == Role::kUser && !header_.empty() && !any_asked_ && known_[kRating];
      fail(ErrorCode::kBadOption,
           "there is no " + std::string(name_of(role)) + " column" + among_header() +
               "; name it with --columns " + std::string(name_of(role)) + "=NAME or =NUMBER" +
               (may_be_of_one_person ? "; the ratings of one person are taken by "
                                       "mf-recommend MODEL --ratings FILE"
                                     : ""));
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
  const auto place = static_cast<std::size_t>(column);
  for (const std::vector<std::string>& line : lines_) {
    if (asked_[kTimestamp] || line.size() != format_.field_count ||
        parse_timestamp(line[place]).fault == Fault::kNone) {
      continue;
    }
    format_.notes.push_back(column_name(place) + " is not read as times, since " +
                            quoted(line[place]) + " is none");
    return false;
  }
  return true;
}

}  // namespace

void choose_columns(const std::vector<std::string>& header,
                    std::span<const std::vector<std::string>> lines, const std::string& name,
                    const ReadOptions& options, TextFormat& format) {
  Chooser(header, lines, name, options, format).choose();
}

}  // namespace mfpar
