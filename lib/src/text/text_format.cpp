// SPDX-License-Identifier: MIT
#include "text/text_format.hpp"

#include <algorithm>
#include <set>

#include "base/shell_word.hpp"
#include "mfpar/error.hpp"
#include "text/choose_columns.hpp"
#include "text/column_names.hpp"
#include "text/column_roles.hpp"
#include "text/compound_columns.hpp"
#include "text/field_values.hpp"
#include "text/preamble.hpp"
#include "text/text_sample.hpp"

namespace mfpar {

namespace {

using Fields = std::vector<std::string>;

/// A table of ratings has three columns, of those of one user or of pairs two.
std::size_t min_fields(const ReadOptions& options) {
  return options.single_user.empty() && !options.may_lack_ratings ? 3 : 2;
}

std::ptrdiff_t count_known(const Fields& line) {
  const ColumnRoles known = known_columns(line);
  return std::count_if(known.begin(), known.end(), [](auto column) { return column.has_value(); });
}

bool is_header(const Fields& line, const ReadOptions& options) {
  if (options.header.has_value()) return *options.header;
  for (std::size_t role = 0; role < kRoles; ++role) {
    const std::string_view asked = asked_column(options, static_cast<Role>(role));
    if (!asked.empty() && !is_column_number(asked)) return true;
  }
  if (count_known(line) >= 2) return true;
  const ColumnRoles known = known_columns(line);
  if (line.size() == 2) return known[1] || known[2] || !looks_like_number(line[1]);
  return line.size() >= 3 && std::none_of(line.begin(), line.end(), looks_like_number);
}

/// Whether the first of lines of user and item alone names the columns: by a name that is known, or
/// where no number stands and all below are numbers.
bool is_header_of_pairs(std::span<const Fields> lines) {
  if (count_known(lines[0]) > 0) return true;
  for (std::size_t column = 0; column < 2; ++column) {
    if (looks_like_number(lines[0][column])) continue;
    const auto below = lines.subspan(1);
    if (!below.empty() && std::ranges::all_of(below, [&](const Fields& line) {
          return line.size() == 2 && looks_like_number(line[column]);
        })) {
      return true;
    }
  }
  return false;
}

/// The header that the last line of comments is, as in "# user item rating"; empty where it is
/// none.
Fields header_in_comment(const Preamble& preamble, const TextSample& sample,
                         const ReadOptions& options) {
  if (preamble.last_comment.empty() || options.header == false) return {};
  const TextSample cut =
      take_sample(preamble.last_comment, true, sample.delimiter, sample.quote, 1);
  if (cut.lines.empty() || cut.lines[0].size() != sample.usual_fields) return {};
  return count_known(cut.lines[0]) >= 2 ? cut.lines[0] : Fields{};
}

/// Whether a line is the header of a table of users by items whose ids are numbers: "user,101,102".
bool is_header_of_numbers(const Fields& line) {
  if (line.size() < 3) return false;
  const auto named = named_role(line[0]);
  if (!line[0].empty() && (!named || named->role != Role::kUser)) return false;
  return std::all_of(line.begin() + 1, line.end(), is_column_number);
}

/// The line of the sample that is the header; nothing where none is. One that names what is known
/// may stand below lines of title.
std::optional<std::size_t> find_header(const TextSample& sample, const ReadOptions& options) {
  constexpr std::size_t kTitleLines = 5;
  if (is_header_of_numbers(sample.lines[0]) && options.header != false) return 0;
  if (!options.header && count_known(sample.lines[0]) < 2) {
    for (std::size_t i = 1; i < std::min(kTitleLines, sample.lines.size()); ++i) {
      if (sample.lines[i].size() >= 3 && count_known(sample.lines[i]) >= 2) return i;
    }
  }
  if (options.may_lack_ratings && !options.header && sample.lines[0].size() == 2) {
    return is_header_of_pairs(sample.lines) ? std::optional<std::size_t>(0) : std::nullopt;
  }
  return is_header(sample.lines[0], options) ? std::optional<std::size_t>(0) : std::nullopt;
}

/// Gives a header that is one name short the name it lacks: in front, where R leaves it out for the
/// names of rows, or behind, where each line ends in a delimiter. Throws Error(kBadData) where a
/// decimal comma makes two fields of a rating.
void complete_header(Fields& header, const TextSample& sample, std::span<const Fields> lines,
                     const std::string& name) {
  if (header.size() + 1 != sample.usual_fields) return;
  const bool ends_in_delimiter = std::all_of(lines.begin(), lines.end(), [&](const Fields& line) {
    return line.size() != sample.usual_fields || line.back().empty();
  });
  if (ends_in_delimiter) {
    header.emplace_back();
    return;
  }
  std::set<std::string> row_names;
  const bool has_row_names = std::all_of(lines.begin(), lines.end(), [&](const Fields& line) {
    return line.size() != sample.usual_fields || row_names.insert(line[0]).second;
  });
  const auto rating = known_columns(header)[static_cast<std::size_t>(Role::kRating)];
  if (has_row_names || sample.delimiter != "," || !rating) {
    header.insert(header.begin(), "");
    return;
  }
  const std::string before = "([^,]*,){" + std::to_string(*rating) + "}";
  const std::string file = name == "standard input" ? "" : shell_word(name) + " ";
  throw Error(ErrorCode::kBadData,
              name + ": lines have " + std::to_string(sample.usual_fields) +
                  " fields, and the header names " + std::to_string(header.size()) +
                  "; if a decimal comma makes two of a rating, sed -E 's/^(" + before +
                  "[0-9]+),([0-9]+)/\\1.\\3/' " + file + "| ... - mends that");
}

[[noreturn]] void too_few_columns(const TextSample& sample, std::size_t line,
                                  std::string_view delimiter, const std::string& name,
                                  const ReadOptions& options) {
  std::string message = name + ":" + std::to_string(line) + ":1: cannot find ";
  message += options.may_lack_ratings      ? "two columns: expected user and item "
             : options.single_user.empty() ? "three columns: expected user, item and rating "
                                           : "two columns: expected item and rating ";
  message += "separated by ";
  message += delimiter.empty() ? "one of :: tab , ; | or blanks" : delimiter_name(delimiter);
  if (sample.usual_fields == 2 && options.single_user.empty()) {
    message +=
        "; two columns say who met what (views, purchases), but no rating to learn from (mf-train "
        "--feedback one-class learns who chooses what)";
  }
  throw Error(ErrorCode::kBadData, message + "; --delimiter sets what separates fields");
}

}  // namespace

TextFormat detect_format(std::string_view text, bool is_whole, const std::string& name,
                         const ReadOptions& options) {
  const Preamble preamble = read_preamble(text);
  TextFormat format;
  format.body = preamble.end;
  format.body_line = preamble.lines;
  format.comment = preamble.comment;
  text.remove_prefix(preamble.end);

  std::string_view delimiter = preamble.delimiter;
  if (!options.delimiter.empty()) delimiter = options.delimiter;
  if (!delimiter.empty()) delimiter = checked_delimiter(delimiter);
  const std::size_t min = min_fields(options);
  TextSample sample = take_sample(text, is_whole, delimiter, options.quote, min);
  if (sample.delimiter.empty()) sample = take_sample(text, is_whole, "", options.quote, 2);
  if (sample.delimiter.empty()) sample = take_sample(text, is_whole, "::", options.quote, min);
  if (sample.lines.empty()) {
    throw Error(ErrorCode::kBadData,
                name + (text.empty() ? ": is empty; expected lines of user, item and rating"
                                     : ": has only empty lines; expected user, item and rating"));
  }
  format.delimiter = sample.delimiter;
  format.quote = sample.quote;
  format.field_count = sample.usual_fields;
  Fields header = header_in_comment(preamble, sample, options);
  std::size_t first_data = 0;
  const std::optional<std::size_t> header_line =
      header.empty() ? find_header(sample, options) : std::nullopt;
  if (header_line) {
    first_data = *header_line + 1;
    header = sample.lines[*header_line];
    complete_header(header, sample, std::span(sample.lines).subspan(first_data), name);
    format.field_count = header.size();
    format.body += sample.ends[*header_line].offset;
    format.body_line += sample.ends[*header_line].line_breaks;
    if (*header_line > 0) {
      format.notes.push_back("what stands before the header, in line " +
                             std::to_string(format.body_line) + ", is passed over");
    }
  }
  format.has_header = !header.empty();
  if (format.field_count < min) {
    refuse_compound_columns(header, std::span(sample.lines).subspan(first_data), format.delimiter,
                            name);
    too_few_columns(sample, preamble.lines + sample.first_line + 1, delimiter, name, options);
  }
  choose_columns(header, std::span(sample.lines).subspan(first_data), name, options, format);
  return format;
}

}  // namespace mfpar
