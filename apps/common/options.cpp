// SPDX-License-Identifier: MIT
#include "common/options.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <cassert>
#include <cmath>

#include "common/option_habits.hpp"
#include "common/text.hpp"
#include "mfpar/decimal.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace po = boost::program_options;

namespace {

/// What a `take` throws; parse() adds the option and the value.
struct Rejected {
  std::string expected;
};

[[noreturn]] void fail(const std::string& message) { throw Error(ErrorCode::kBadOption, message); }

std::string hint(const std::string& candidate) {
  return candidate.empty() ? "" : "; did you mean " + candidate + "?";
}

const std::string& not_empty(const std::string& value) {
  if (value.empty()) Options::reject("something other than the empty text");
  return value;
}

/// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min(
          {d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

/// The arguments as Boost sees them: options with canonical names, and positionals. REQUIRES: names
/// that check_names() takes.
std::vector<po::option> tokenise(const std::vector<std::string>& arguments,
                                 std::span<const OptionSpec> options) {
  po::options_description description;
  for (const OptionSpec& option : options) {
    const std::string both = option.name + (option.alias.empty() ? "" : "," + option.alias);
    if (option.value_name.empty()) {
      description.add_options()(both.c_str(), "");
    } else {
      description.add_options()(both.c_str(), po::value<std::string>(), "");
    }
  }
  namespace style = po::command_line_style;
  try {
    return po::command_line_parser(arguments)
        .options(description)
        .style(style::unix_style & ~style::allow_guessing)
        .run()
        .options;
  } catch (const po::unknown_option& e) {
    fail("unknown option " + e.get_option_name());
  } catch (const po::invalid_command_line_syntax& e) {
    using Kind = po::invalid_syntax;
    const std::string found = e.get_option_name();
    if (e.kind() == Kind::extra_parameter) fail("option " + found + " takes no value");
    fail("option " + found + " needs a value");
  } catch (const po::error& e) {
    fail(e.what());
  }
}

double parse_number(const std::string& value, const Interval& interval) {
  double number = 0.0;
  const char* end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc() || stop != end || !std::isfinite(number) || !interval.holds(number)) {
    const std::string range = interval.text();
    Options::reject("a number" + (range.empty() ? "" : " " + range));
  }
  return number;
}

}  // namespace

bool Interval::holds(double x) const {
  return (open_lowest ? x > lowest : x >= lowest) && (open_highest ? x < highest : x <= highest);
}

std::string Interval::text() const {
  const bool bounded_below = std::isfinite(lowest), bounded_above = std::isfinite(highest);
  const std::string low = shortest_decimal(lowest), high = shortest_decimal(highest);
  if (bounded_below && bounded_above && !open_lowest && !open_highest) {
    return "from " + low + " to " + high;
  }
  std::string text;
  if (bounded_below) text = (open_lowest ? "above " : "at least ") + low;
  if (bounded_below && bounded_above) text += " and ";
  if (bounded_above) text += (open_highest ? "below " : "at most ") + high;
  return text;
}

std::string OptionSpec::display() const {
  return "--" + name + (alias.empty() ? "" : " (-" + alias + ")");
}

void Options::positional(std::string name, std::string& target, std::string help, bool required) {
  assert(!required || positionals_.empty() || positionals_.back().required);
  positionals_.push_back({.name = std::move(name),
                          .help = std::move(help),
                          .take = [&target](const std::string& value) { target = value; },
                          .required = required});
}

void Options::rest(std::string name, std::vector<std::string>& target, std::string help,
                   bool required) {
  positionals_.push_back({.name = std::move(name),
                          .help = std::move(help),
                          .take = [&target](const std::string& value) { target.push_back(value); },
                          .required = required,
                          .repeatable = true});
}

void Options::flag(std::string_view names, bool& target, std::string help) {
  add(names, "", std::move(help), "", [&target](const std::string&) { target = true; });
}

void Options::text(std::string_view names, std::string value_name, std::string& target,
                   std::string help) {
  add(names, std::move(value_name), std::move(help), target,
      [&target](const std::string& value) { target = not_empty(value); });
}

void Options::hidden(std::string_view names, std::string value_name, std::string& target) {
  text(names, std::move(value_name), target, "");
  options_.back().is_hidden = true;
}

void Options::texts(std::string_view names, std::string value_name,
                    std::vector<std::string>& target, std::string help) {
  add(
      names, std::move(value_name), std::move(help), "",
      [&target](const std::string& value) { target.push_back(not_empty(value)); },
      /*repeatable=*/true);
}

void Options::number(std::string_view names, std::string value_name, double& target,
                     Interval interval, std::string help) {
  add(names, std::move(value_name), std::move(help), shortest_decimal(target),
      [&target, interval](const std::string& value) { target = parse_number(value, interval); });
}

void Options::number(std::string_view names, std::string value_name, std::optional<double>& target,
                     Interval interval, std::string help) {
  add(names, std::move(value_name), std::move(help), "",
      [&target, interval](const std::string& value) { target = parse_number(value, interval); });
}

void Options::add(std::string_view names, std::string value_name, std::string help,
                  std::string default_text, std::function<void(const std::string&)> take,
                  bool repeatable) {
  const std::size_t comma = names.find(',');
  OptionSpec option{.heading = heading_,
                    .name = std::string(names.substr(0, comma)),
                    .alias = comma == names.npos ? "" : std::string(names.substr(comma + 1)),
                    .value_name = std::move(value_name),
                    .help = std::move(help),
                    .default_text = std::move(default_text),
                    .take = std::move(take),
                    .repeatable = repeatable};
  assert(find(option.name) == nullptr);
  options_.push_back(std::move(option));
}

void Options::reject(const std::string& expected) { throw Rejected{expected}; }

/// What was probably meant by an option that is not there, "--rank" or an argument in words, or "".
/// Without `guesses`: by another name for it only.
std::string Options::meant_by(std::string_view written, bool guesses) const {
  std::string name(written);
  for (char& c : name) {
    c = c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (has(name)) return "--" + name;
  for (const std::string_view known : names_for(name)) {
    if (has(known)) return "--" + std::string(known);
    const auto argument = std::ranges::find(positionals_, known, &PositionalSpec::name);
    if (argument != positionals_.end()) return argument->name + " without an option's name";
  }
  const auto without_hyphens = [](std::string text) {
    std::erase(text, '-');
    return text;
  };
  std::vector<std::string> names;
  for (const OptionSpec& option : options_) {
    if (option.is_hidden) continue;
    if (without_hyphens(option.name) == without_hyphens(name)) return "--" + option.name;
    names.push_back(option.name);
  }
  if (!guesses) return "";
  const std::string near = nearest(name, names);
  return near.empty() ? "" : "--" + near;
}

/// Refuses names that no option has, and long names behind a single dash, which would be read as
/// letters.
void Options::check_names(const std::vector<std::string>& arguments) const {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--") return;
    if (word.size() < 2 || word[0] != '-') continue;
    const bool is_long = word[1] == '-';
    const std::size_t end = std::min(word.find('='), word.size());
    const std::string name = word.substr(is_long ? 2 : 1, end - (is_long ? 2 : 1));
    const auto refuse = [&](const std::string& meant) {
      fail("unknown option " + word.substr(0, end) + hint(meant));
    };
    const OptionSpec* option = find(name);
    if (is_long) {
      if (option == nullptr) refuse(meant_by(name));
    } else {
      const auto letter = std::ranges::find(options_, std::string(1, word[1]), &OptionSpec::alias);
      if (name.size() > 1) {
        const std::string meant = meant_by(name, /*guesses=*/letter == options_.end());
        if (!meant.empty() || letter == options_.end()) refuse(meant);
      }
      if (letter == options_.end()) refuse(meant_by(name));
      option = &*letter;
    }
    // What follows is its value, whatever it looks like.
    const bool has_value = is_long ? end < word.size() : word.size() > 2;
    if (!option->value_name.empty() && !has_value) ++i;
  }
}

void Options::parse(const std::vector<std::string>& arguments) {
  check_names(arguments);
  for (const po::option& token : tokenise(arguments, options_)) {
    const std::string value = token.value.empty() ? "" : token.value.front();
    if (token.string_key.empty()) {
      take_positional(value);
    } else {
      take_option(*find(token.string_key), value,
                  token.original_tokens.empty() ? "" : token.original_tokens.front());
    }
  }
}

void Options::take_positional(const std::string& value) {
  const std::size_t most = positionals_.size();
  if (next_positional_ == most) {
    if (explain_extra_) fail("unexpected argument '" + value + "': " + explain_extra_(value));
    fail("unexpected argument '" + value + "': " +
         (most == 0 ? "none is"
                    : "no more than " + std::to_string(most) + (most == 1 ? " is" : " are")) +
         " expected");
  }
  PositionalSpec& positional = positionals_[next_positional_];
  positional.take(value);
  positional.given = true;
  if (!positional.repeatable) ++next_positional_;
}

/// `written` is the word that the option stands in, as it was typed.
void Options::take_option(const OptionSpec& option, const std::string& value,
                          const std::string& written) {
  if (given(option.name) && !option.repeatable) {
    fail("option " + option.display() + " is given twice");
  }
  given_.emplace_back(option.name, value);
  // Boost takes whatever follows as the value; a known option there means that it was forgotten.
  if (value.starts_with("--") && find(value.substr(2, value.find('=') - 2)) != nullptr) {
    fail("option " + option.display() + " needs a value, but " + value + " follows");
  }
  try {
    option.take(value);
  } catch (const Rejected& rejected) {
    // "-rnak 8" is read as "-r nak".
    const bool one_dash = written.size() > 3 && written[1] != '-';
    const std::string found =
        option.value_name.empty() ? " cannot stand here" : " is '" + value + "'";
    fail(option.display() + found + "; it must be " + rejected.expected +
         hint(one_dash ? meant_by(written.substr(1)) : ""));
  }
}

void Options::require_positionals() const {
  for (const PositionalSpec& positional : positionals_) {
    if (positional.required && !positional.given) {
      fail(positional.name + " is missing: " + positional.help);
    }
  }
}

bool Options::given(std::string_view name) const {
  assert(find(name) != nullptr);
  return std::ranges::find(given_, name, &std::pair<std::string, std::string>::first) !=
         given_.end();
}

std::string Options::as_given(std::string_view name) const {
  std::string words;
  for (const auto& [given, value] : given_) {
    if (given != name) continue;
    words += " --" + given + (find(name)->value_name.empty() ? "" : ' ' + shell_word(value));
  }
  return words;
}

const OptionSpec* Options::find(std::string_view name) const {
  const auto found = std::ranges::find(options_, name, &OptionSpec::name);
  return found == options_.end() ? nullptr : &*found;
}

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, (word.size() + 1) / 3) + 1;
  for (const std::string& candidate : candidates) {
    const bool beginning = word.size() >= 2 && candidate.starts_with(word);
    const std::size_t distance = beginning ? 0 : edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace mfpar::apps
