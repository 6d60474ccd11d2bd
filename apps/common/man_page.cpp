// SPDX-License-Identifier: MIT
#include "common/man_page.hpp"

#include <sstream>
#include <string_view>

#include "common/manual.hpp"
#include "mfpar/version.hpp"

namespace mfpar::apps {

namespace {

/// Whether the hyphens of `word` are to be typed as they stand: in options and names of programs.
bool is_literal(std::string_view word) {
  const std::string_view bare = word.substr(word.starts_with('\'') ? 1 : 0);
  return bare.starts_with('-') || bare.starts_with("mf-");
}

std::string escaped(std::string_view text, bool literal) {
  std::string result = text.starts_with('.') ? "\\&" : "";
  for (const char c : text) {
    switch (c) {
      case '\\':
        result += "\\(rs";
        break;
      case '\'':
        result += "\\(aq";
        break;
      case '"':
        result += "\\(dq";
        break;
      case '`':
        result += "\\(ga";
        break;
      case '^':
        result += "\\(ha";
        break;
      case '~':
        result += "\\(ti";
        break;
      case '-':
        result += literal ? "\\-" : "-";
        break;
      default:
        result += c;
    }
  }
  return result;
}

/// What is typed as it stands.
std::string literal(std::string_view text) { return escaped(text, true); }

/// A line of text for each paragraph, `separator` between them; roff fills them itself.
std::string prose(const std::string& text, std::string_view separator = ".PP\n") {
  std::istringstream lines(text);
  std::string result, paragraph;
  const auto end_paragraph = [&] {
    if (paragraph.empty()) return;
    if (!result.empty()) result += separator;
    result += paragraph + '\n';
    paragraph.clear();
  };
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) end_paragraph();
    std::istringstream words(line);
    for (std::string word; words >> word;) {
      paragraph += (paragraph.empty() ? "" : " ") + escaped(word, is_literal(word));
    }
  }
  end_paragraph();
  return result;
}

std::string bold(std::string_view text) { return "\\fB" + literal(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + literal(text) + "\\fR"; }

std::string entry(const std::string& term, const std::string& text) {
  return ".TP\n" + term + '\n' + prose(text, ".IP\n");
}

std::string section(const std::string& heading) {
  return ".SH \"" + literal(upper_case(heading)) + "\"\n";
}
std::string subsection(const std::string& heading) { return ".SS \"" + literal(heading) + "\"\n"; }

std::string synopsis(const ProgramInfo& info) {
  return bold(info.name) + ' ' + literal(info.synopsis) + '\n';
}

std::string head(const ProgramInfo& info) {
  return ".TH \"" + literal(upper_case(info.name)) +
         "\" 1 \"\" \"mfpar " MFPAR_VERSION "\" \"User Commands\"\n" + section("Name") +
         literal(info.name) + " \\- " + prose(info.purpose) + section("Synopsis") + synopsis(info) +
         section("Description") + prose(info.description);
}

std::string option_entry(const OptionSpec& option) {
  std::string term = option.alias.empty() ? "" : bold("-" + option.alias) + ", ";
  term += bold("--" + option.name);
  if (!option.value_name.empty()) term += ' ' + italic(option.value_name);
  return entry(term, option.text());
}

std::string examples(const ProgramInfo& info) {
  std::string text;
  for (const Example& example : info.examples) {
    text += entry(bold(example.command), example.explanation);
  }
  return text;
}

std::string foot(const ProgramInfo& info) {
  std::string text;
  if (!info.examples.empty()) text += section("Examples") + examples(info);
  text += section("Exit status");
  for (const auto& [code, meaning] : exit_meanings()) {
    text += entry(bold(std::to_string(code)), std::string(meaning));
  }
  return text;
}

/// Arguments and options, under headings that `heading` makes.
std::string declarations(const Options& options, std::string (*heading)(const std::string&)) {
  std::string text;
  if (!options.positionals().empty()) text += heading("Arguments");
  for (const PositionalSpec& positional : options.positionals()) {
    text += entry(italic(positional.name), positional.help);
  }
  for (const OptionGroup& group : options.groups()) {
    text += heading(group.heading);
    for (const OptionSpec& option : group.options) text += option_entry(option);
  }
  return text;
}

}  // namespace

std::string man_page(const ProgramInfo& info, const Options& options) {
  const std::size_t blank = info.name.find(' ');
  if (blank == info.name.npos) return head(info) + declarations(options, section) + foot(info);
  return section("Command " + info.name.substr(blank + 1)) + synopsis(info) + ".PP\n" +
         prose(info.description) + declarations(options, subsection) +
         (info.examples.empty() ? "" : subsection("Examples") + examples(info));
}

std::string man_page_head(const ProgramInfo& info, std::span<const Command> commands) {
  std::string text = head(info) + section("Commands");
  for (const Command& command : commands) text += entry(bold(command.name), command.purpose + ".");
  return text;
}

std::string man_page_foot(const ProgramInfo& info) { return foot(info); }

}  // namespace mfpar::apps
