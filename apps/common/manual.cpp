// SPDX-License-Identifier: MIT
#include "common/manual.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include "mfpar/version.hpp"

namespace mfpar::apps {

namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kTextIndent = 7;    // of prose, as man pages have it
constexpr std::size_t kEntryIndent = 14;  // of what is said about an option

/// `text` filled into lines that begin at `indent`; an empty line separates paragraphs.
std::string wrapped(const std::string& text, std::size_t indent) {
  std::istringstream lines(text.substr(std::min(text.find_first_not_of('\n'), text.size())));
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

/// "-k, --rank N"
std::string term_of(const OptionSpec& option) {
  return (option.alias.empty() ? "" : "-" + option.alias + ", ") + "--" + option.name +
         (option.value_name.empty() ? "" : " " + option.value_name);
}

std::string option_entry(const OptionSpec& option) {
  const std::string& preset = option.default_text;
  return entry(term_of(option), option.help + (preset.empty() || option.value_name.empty()
                                                   ? ""
                                                   : " Default: " + preset + "."));
}

std::string usage_head(const ProgramInfo& info) {
  return "usage: " + info.name + ' ' + info.synopsis + '\n' + info.purpose + "\n\n";
}

/// Of the text the first sentence, as far as it fits on the line.
std::string usage_row(std::string term, const std::string& text) {
  constexpr std::size_t kTerm = 24;
  term = "  " + term;
  term.resize(std::max(kTerm, term.size() + 2), ' ');
  std::string sentence = text.substr(0, std::min(text.find(". "), text.find("; ")));
  if (sentence.ends_with('.')) sentence.pop_back();
  if (term.size() + sentence.size() > kWidth) {
    const std::size_t room = kWidth - std::min(kWidth, term.size() + 4);
    sentence = sentence.substr(0, sentence.rfind(' ', room)) + " ...";
  }
  return term + sentence + '\n';
}

std::string usage_foot(const ProgramInfo& info, const std::string& what) {
  std::string text = "\n";
  if (!info.examples.empty()) text += "For example: " + info.examples.front().command + '\n';
  return text + what + ": " + info.name + " --help\n";
}

std::string upper_case(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

constexpr std::pair<int, const char*> kExitCodes[] = {
    {kDone, "done"},
    {kBug, "a bug in the program"},
    {kUsage, "usage: an option or argument cannot be used"},
    {kData, "bad data: ratings that cannot be used"},
    {kSystemFailure, "a file or the system: missing, damaged, not permitted, no space"},
    {kDivergedTraining, "the training diverged"},
    {kInterrupted, "interrupted"}};

std::string foot(const ProgramInfo& info) {
  std::string text;
  if (!info.examples.empty()) text += "\nEXAMPLES\n";
  for (const Example& example : info.examples) text += entry(example.command, example.explanation);
  text += "\nEXIT STATUS\n";
  for (const auto& [code, meaning] : kExitCodes) {
    std::string number = std::to_string(code);
    number.resize(kEntryIndent - kTextIndent, ' ');
    text += std::string(kTextIndent, ' ') + number + meaning + '\n';
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
  std::string heading;
  for (const OptionSpec& option : options.options()) {
    if (option.is_hidden) continue;
    if (option.heading != heading) text += '\n' + upper_case(option.heading) + '\n';
    heading = option.heading;
    text += option_entry(option);
  }
  return text + foot(info);
}

std::string manual(const ProgramInfo& info, std::span<const Command> commands) {
  std::string text = head(info) + "\nCOMMANDS\n";
  for (const Command& command : commands) text += entry(command.name, command.purpose + ".");
  return text + foot(info);
}

std::string usage(const ProgramInfo& info, const Options& options) {
  std::string text = usage_head(info);
  for (const OptionSpec& option : options.options()) {
    if (option.alias.empty()) continue;
    text += usage_row(term_of(option), option.help);
  }
  return text + usage_foot(info, "All options, and more examples");
}

std::string usage(const ProgramInfo& info, std::span<const Command> commands) {
  std::string text = usage_head(info);
  for (const Command& command : commands) text += usage_row(command.name, command.purpose);
  return text + usage_foot(info, "What it is about");
}

std::string version_text(const ProgramInfo& info) {
  std::string text = info.name + " (mfpar) " MFPAR_VERSION;
  if (info.kernel) text += ", kernel " + info.kernel();
  return text + '\n';
}

}  // namespace mfpar::apps
