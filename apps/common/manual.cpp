// SPDX-License-Identifier: MIT
#include "common/manual.hpp"

#include "mfpar/version.hpp"

namespace mfpar::apps {

namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kTextIndent = 7;    // of prose, as man pages have it
constexpr std::size_t kEntryIndent = 14;  // of what is said about an option

/// `text` filled into lines that begin at `indent`; newlines in it stay.
std::string wrapped(const std::string& text, std::size_t indent) {
  std::string result, line;
  const auto flush = [&] {
    if (!line.empty()) result += std::string(indent, ' ') + line;
    result += '\n';
    line.clear();
  };
  std::string word;
  for (const char c : text + '\n') {
    if (c != ' ' && c != '\n') {
      word += c;
      continue;
    }
    if (!word.empty()) {
      if (!line.empty() && indent + line.size() + 1 + word.size() > kWidth) flush();
      line += (line.empty() ? "" : " ") + word;
      word.clear();
    }
    if (c == '\n') flush();
  }
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
  std::string text = option.help;
  if (!option.value_name.empty() && !option.default_text.empty()) {
    text += " Default: " + option.default_text + ".";
  }
  return entry(term, text);
}

std::string foot(const ProgramInfo& info) {
  std::string text;
  if (!info.examples.empty()) text += "\nEXAMPLES\n";
  for (const Example& example : info.examples) text += entry(example.command, example.explanation);
  return text +
         "\nEXIT CODES\n"
         "       0      done\n"
         "       1      a bug in the program\n"
         "       2      usage: an option or argument cannot be used\n"
         "       3      bad data: ratings or a model file that cannot be used\n"
         "       4      a file or the system: missing, not permitted, no space\n"
         "       5      the training diverged\n"
         "       130    interrupted\n";
}

}  // namespace

std::string manual(const ProgramInfo& info, const Options& options) {
  std::string text = head(info);
  if (!options.positionals().empty()) text += "\nARGUMENTS\n";
  for (const PositionalSpec& positional : options.positionals()) {
    text += entry(positional.name, positional.help);
  }
  for (const OptionGroup& group : options.groups()) {
    std::string heading = group.heading;
    for (char& c : heading) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    text += '\n' + heading + '\n';
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

}  // namespace mfpar::apps
