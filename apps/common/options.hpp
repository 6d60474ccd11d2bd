// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <functional>
#include <initializer_list>
#include <limits>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mfpar::apps {

/// The numbers an option accepts; ends that are open are left out themselves.
struct Interval {
  double lowest = -std::numeric_limits<double>::infinity();
  double highest = std::numeric_limits<double>::infinity();
  bool open_lowest = false;
  bool open_highest = false;

  static Interval above(double x) { return {.lowest = x, .open_lowest = true}; }
  static Interval at_least(double x) { return {.lowest = x}; }
  static Interval between(double low, double high) { return {.lowest = low, .highest = high}; }

  bool holds(double x) const;
  std::string text() const;  ///< "above 0", "from 0 to 1"
};

/// What one option is called, how its manual entry reads and what it does with its value.
struct OptionSpec {
  std::string heading;  ///< of the group it belongs to
  std::string name;     ///< without dashes
  std::string alias;    ///< one letter, or empty
  /// "N"; empty for a flag. Completion offers the words of "a|b", and files for FILE, FOLDER,
  /// MODEL, RATINGS and TARGET.
  std::string value_name;
  std::string help;
  std::string default_text;  ///< empty: none shown
  std::function<void(const std::string&)> take;
  bool repeatable = false;  ///< may be given several times
  bool is_hidden = false;   ///< not in the manual: what an earlier version had

  std::string display() const;  ///< "--rank (-k)", for messages
};

struct PositionalSpec {
  std::string name;
  std::string help;
  std::function<void(const std::string&)> take;
  bool required = false;
  bool repeatable = false;  ///< takes all that follow
  bool given = false;
};

/// The options and positionals of one program: declared once, each bound to the variable it sets,
/// whose value at that time is the default that the help shows. Names are given as "rank" or
/// "rank,k" with a one-letter alias. Not synchronised.
class Options {
 public:
  /// Opens a group; the options declared next belong to it.
  void group(std::string heading) { heading_ = std::move(heading); }

  /// Positionals are filled in the order of declaration; the required ones come first.
  void positional(std::string name, std::string& target, std::string help, bool required = true);

  /// However many further positionals; one at least if `required`.
  void rest(std::string name, std::vector<std::string>& target, std::string help,
            bool required = false);

  void flag(std::string_view names, bool& target, std::string help);

  /// Any text but the empty one.
  void text(std::string_view names, std::string value_name, std::string& target, std::string help);

  /// The same, but not shown: an option that went elsewhere, for the program to say where.
  void hidden(std::string_view names, std::string value_name, std::string& target);

  /// The same, as often as it is given.
  void texts(std::string_view names, std::string value_name, std::vector<std::string>& target,
             std::string help);

  /// A whole number from `lowest` to `highest`, nothing behind it. A target that is a std::optional
  /// has no default.
  template <std::integral T, class Target>
  void integer(std::string_view names, std::string value_name, Target& target, T lowest, T highest,
               std::string help) {
    std::string default_text;
    if constexpr (std::same_as<Target, T>) default_text = std::to_string(target);
    add(names, std::move(value_name), std::move(help), std::move(default_text),
        [&target, lowest, highest](const std::string& value) {
          target = parse_integer(value, lowest, highest);
        });
  }

  /// A finite number in `interval`, nothing behind it. A target that is a std::optional has no
  /// default.
  void number(std::string_view names, std::string value_name, double& target, Interval interval,
              std::string help);
  void number(std::string_view names, std::string value_name, std::optional<double>& target,
              Interval interval, std::string help);

  /// One of a few words, each standing for a value.
  template <class T>
  void choice(std::string_view names, T& target,
              std::initializer_list<std::pair<std::string, T>> choices, std::string help) {
    add_choice(names, target, std::vector(choices), std::move(help));
  }

  /// The same from a table of {name, value}.
  template <class T, std::ranges::range Table>
  void choice(std::string_view names, T& target, const Table& table, std::string help) {
    std::vector<std::pair<std::string, T>> choices;
    choices.reserve(std::size(table));
    for (const auto& [name, value] : table) choices.emplace_back(name, value);
    add_choice(names, target, std::move(choices), std::move(help));
  }

  /// An option with a grammar of its own; `take` calls reject() for a value it cannot use.
  void add(std::string_view names, std::string value_name, std::string help,
           std::string default_text, std::function<void(const std::string&)> take,
           bool repeatable = false);

  /// Ends the taking of a value: "--rank (-k) is '0'; it must be <expected>".
  [[noreturn]] static void reject(const std::string& expected);

  /// A whole number from `lowest` to `highest`; rejects what is none.
  template <std::integral T>
  static T parse_integer(const std::string& value, T lowest, T highest) {
    T number{};
    const char* end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, number);
    if (error != std::errc() || stop != end || number < lowest || number > highest) {
      reject("a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest));
    }
    return number;
  }

  /// Sets the variables from the arguments (without the program's name). Options may follow
  /// positionals, "--" ends them, names must be written out. Throws Error(kBadOption) for an option
  /// that is unknown (with the nearest known name), repeated, without its value or with a value
  /// that cannot be used, and for a positional too many. Missing positionals are
  /// require_positionals()'s matter, so that --help needs none.
  void parse(const std::vector<std::string>& arguments);

  /// Sets the variables that parse() was not given, from a file of lines "name = value": names of
  /// options without dashes, flags as true or false, comments from a # at the beginning or behind a
  /// blank on. Throws as parse() does, with file and line in front, and Error(kSystem) when the
  /// file cannot be read.
  void read_file(const std::string& path);

  /// What is said of an argument too many, where the program knows better than "unexpected".
  void explain_extra(std::function<std::string(const std::string& value)> explain) {
    explain_extra_ = std::move(explain);
  }

  /// Throws Error(kBadOption) when a required positional was not given.
  void require_positionals() const;

  /// Whether there is an option of this name, without dashes.
  bool has(std::string_view name) const { return find(name) != nullptr; }

  /// Whether the option was on the command line or in a file. REQUIRES: a declared name.
  bool given(std::string_view name) const;

  /// " --name value", as it was given, for a command to be typed; "" where it was not.
  std::string as_given(std::string_view name) const;

  /// All that was given, names and values ("" of a flag), in order.
  std::span<const std::pair<std::string, std::string>> given() const noexcept { return given_; }

  std::span<const OptionSpec> options() const noexcept { return options_; }
  std::span<const PositionalSpec> positionals() const noexcept { return positionals_; }

 private:
  template <class T>
  void add_choice(std::string_view names, T& target, std::vector<std::pair<std::string, T>> choices,
                  std::string help) {
    std::string words, chosen;
    for (const auto& [word, meaning] : choices) {
      words += (words.empty() ? "" : "|") + word;
      if (meaning == target) chosen = word;
    }
    add(names, words, std::move(help), chosen,
        [&target, words, choices = std::move(choices)](const std::string& value) {
          const auto found = std::ranges::find(choices, value, &std::pair<std::string, T>::first);
          if (found == choices.end()) reject("one of " + words);
          target = found->second;
        });
  }

  void check_names(const std::vector<std::string>& arguments) const;
  std::string meant_by(std::string_view written, bool guesses = true) const;
  void take_positional(const std::string& value);
  void take_line(std::string_view line, std::size_t typed);
  void take_option(const OptionSpec& option, const std::string& value, const std::string& written);
  const OptionSpec* find(std::string_view name) const;

  std::string heading_ = "Options";
  std::vector<OptionSpec> options_;
  std::vector<PositionalSpec> positionals_;
  std::size_t next_positional_ = 0;
  std::function<std::string(const std::string& value)> explain_extra_;
  std::vector<std::pair<std::string, std::string>> given_;  // name and value
};

/// The candidate that `word` is most likely a misspelling or the beginning of, or "".
std::string nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace mfpar::apps
