// SPDX-License-Identifier: MIT
//
// Options from a file. Boost.Program_options reads such files too, but its messages know no line.
#include <algorithm>
#include <cerrno>
#include <fstream>
#include <span>
#include <system_error>

#include "common/options.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

constexpr std::string_view kBlanks = " \t\r";

/// On the command line only.
constexpr std::string_view kTyped[] = {"config", "help", "usage", "version"};

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
  const std::size_t end = text.find_last_not_of(kBlanks);
  return text.substr(begin, end == text.npos ? 0 : end + 1 - begin);
}

/// `line` up to a # that begins it or follows a blank.
std::string_view without_comment(std::string_view line) {
  for (std::size_t at = line.find('#'); at != line.npos; at = line.find('#', at + 1)) {
    if (at == 0 || kBlanks.find(line[at - 1]) != kBlanks.npos) return line.substr(0, at);
  }
  return line;
}

[[noreturn]] void refuse_line(const std::string& message) {
  throw Error(ErrorCode::kBadOption, message);
}

}  // namespace

/// `typed`: how many of the given ones were on the command line.
void Options::take_line(std::string_view line, std::size_t typed) {
  const std::size_t equals = line.find('=');
  const bool is_whole = equals != line.npos;
  const std::string name(trimmed(line.substr(0, is_whole ? equals : line.find_first_of(kBlanks))));
  const OptionSpec* const option = find(name);
  if (std::ranges::find(kTyped, name) != std::end(kTyped)) {
    refuse_line(name + " is for the command line only; leave the line out");
  }
  if (option == nullptr) {
    const std::string meant = meant_by(name);
    refuse_line("there is no option " + mfpar::quoted(name) +
                (meant.empty() ? "; --help lists all, and a line is to be like: rank = 32"
                 : meant.starts_with("--")
                     ? "; did you mean " + meant.substr(2) + "?"
                     : "; " + meant.substr(0, meant.find(' ')) + " is given on the command line"));
  }
  const bool is_flag = option->value_name.empty();
  const std::string form = name + " = " + (is_flag ? "true" : option->value_name);
  if (!is_whole) refuse_line(mfpar::quoted(line) + " has no =; write " + form);
  std::string value(trimmed(line.substr(equals + 1)));
  if (value.empty()) refuse_line(name + " has no value; write " + form + ", or leave the line out");
  if (is_flag) {
    if (value != "true" && value != "false") {
      refuse_line(name + " is " + mfpar::quoted(value) + "; it must be true or false");
    }
    if (value == "false") return;
    value.clear();
  }
  const bool is_typed = std::ranges::any_of(std::span(given_).first(typed),
                                            [&](const auto& one) { return one.first == name; });
  if (!is_typed) take_option(*option, value, "");
}

void Options::read_file(const std::string& path) {
  std::ifstream file(path);
  const auto fail_to_read = [&] {
    throw Error(ErrorCode::kSystem,
                path + ": cannot be read: " + std::system_category().message(errno));
  };
  if (!file) fail_to_read();
  const std::size_t typed = given_.size();
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    if (++number == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    const std::string_view text = trimmed(without_comment(line));
    if (text.empty()) continue;
    try {
      take_line(text, typed);
    } catch (const Error& error) {
      throw Error(error.code(), path + ':' + std::to_string(number) + ": " + error.what());
    }
  }
  if (file.bad()) fail_to_read();
}

}  // namespace mfpar::apps
