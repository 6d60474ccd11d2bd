// SPDX-License-Identifier: MIT
#include "common/manual.hpp"

#include <algorithm>
#include <sstream>

#include "mfpar/version.hpp"

namespace mfpar::apps {

namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kTextIndent = 7;    // of prose, as man pages have it
constexpr std::size_t kEntryIndent = 14;  // of what is said about an option

/// `text` filled into lines that begin at `indent`; an empty line separates paragraphs.
std::string wrapped(const std::string& text, std::size_t indent) {
  std::istringstream lines(text.substr(std::min(text.find_first_not_of("\n"), text.size())));
  std::string result, filled;
  const auto flush = [&] {
    if (!filled.empty()) result += std::string(indent, ' ') + filled + '\n';
    filled.clear();
  };
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) {
      flush();
      result += '\n';
    }
    std::istringstream words(line);
    for (std::string word; words >> word;) {
      if (!filled.empty() && indent + filled.size() + 1 + word.size() > kWidth) flush();
      filled += (filled.empty() ? "" : " ") + word;
    }
  }
  flush();
  return result;
}

std::string entry(const std::string& term, const std::string& text) {
  return std::string(kTextIndent, ' ') + term + '\n' + wrapped(text, kEntryIndent);
}

std::string head(const ProgramInfo& info) {
  return "NAME\n" + wrapped(info.name + " - " + info.purpose, kTextIndent) + "\nSYNOPSIS\n" +
         wrapped(info.name + " " + info.synopsis, kTextIndent) + "\nDESCRIPTION\n" +
         wrapped(info.description, kTextIndent);
}

std::string option_entry(const OptionSpec& option) {
  std::string term = option.alias.empty() ? "" : "-" + option.alias + ", ";
  term += "--" + option.name;
  if (!option.value_name.empty()) term += " " + option.value_name;
  return entry(term, option.text());
}

std::string foot(const ProgramInfo& info) {
  std::string text;
  if (!info.examples.empty()) text += "\nEXAMPLES\n";
  for (const Example& example : info.examples) text += entry(example.command, example.explanation);
  text += "\nEXIT CODES\n";
  for (const auto& [code, meaning] : exit_meanings()) {
    std::string number = std::to_string(code);
    number.resize(kEntryIndent - kTextIndent, ' ');
    text += std::string(kTextIndent, ' ') + number + std::string(meaning) + '\n';
  }
  return text;
}

}  // namespace

std::string manual(const ProgramInfo& info, const Options& options) {
  std::string text = head(info);
  if (!options.positionals().empty()) text += "\nARGUMENTS\n";
  for (const PositionalSpec& positional : options.positionals()) {
    text += entry(positional.name, positional.help);
  }
  for (const OptionGroup& group : options.groups()) {
    text += '\n' + upper_case(group.heading) + '\n';
    for (const OptionSpec& option : group.options) text += option_entry(option);
  }
  return text + foot(info);
}

std::string manual(const ProgramInfo& info, std::span<const Command> commands) {
  std::string text = head(info) + "\nCOMMANDS\n";
  for (const Command& command : commands) text += entry(command.name, command.purpose + ".");
  return text + wrapped("'" + info.name + " COMMAND --help' tells more about each.", kTextIndent) +
         foot(info);
}

std::string version_text(const ProgramInfo& info) {
  std::string text = info.name + " (mfpar) " MFPAR_VERSION;
  if (info.kernel) text += ", kernel " + info.kernel();
  return text + '\n';
}

std::span<const std::pair<int, std::string_view>> exit_meanings() {
  static constexpr std::pair<int, std::string_view> kMeanings[] = {
      {kDone, "done"},
      {kBug, "a bug in the program"},
      {kUsage, "usage: an option or argument cannot be used"},
      {kData, "bad data: ratings that cannot be used"},
      {kSystemFailure, "a file or the system: missing, damaged, not permitted, no space"},
      {kDivergedTraining, "the training diverged"},
      {kInterrupted, "interrupted"}};
  return kMeanings;
}

std::string upper_case(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

}  // namespace mfpar::apps
