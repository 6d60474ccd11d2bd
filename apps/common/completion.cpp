// SPDX-License-Identifier: MIT
#include "common/completion.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>
#include <string_view>

namespace mfpar::apps {

namespace {

/// "mf-data synth" as "_mf_data_synth".
std::string function_name(const std::string& name) {
  std::string result = "_" + name;
  std::ranges::replace_if(
      result, [](char c) { return c == '-' || c == ' '; }, '_');
  return result;
}

/// The function of a program that offers files.
std::string files_function(const std::string& name) {
  return "_files" + function_name(name.substr(0, name.find(' ')));
}

bool is_file(const OptionSpec& option) {
  constexpr std::string_view kNames[] = {"FILE", "FOLDER", "MODEL", "RATINGS", "TARGET"};
  return std::ranges::find(kNames, option.value_name) != std::end(kNames);
}

/// The words to choose from of "exact|running|sample:N", as far as they are to be typed; none where
/// there is no choice.
std::string choices(const OptionSpec& option) {
  if (option.value_name.find('|') == std::string::npos) return "";
  std::istringstream words(option.value_name);
  std::string result;
  for (std::string word; std::getline(words, word, '|');) {
    const auto stand_in =
        std::ranges::find_if(word, [](unsigned char c) { return std::isupper(c); });
    result += (result.empty() ? "" : " ") + std::string(word.begin(), stand_in);
  }
  return result;
}

std::string offered(const std::string& words) {
  return "COMPREPLY=($(compgen -W '" + words + "' -- \"$cur\"))";
}

/// Completes `cur` behind `prev`, which bash's dynamic scope provides.
std::string function_of(const ProgramInfo& info, const Options& options) {
  const std::string files = files_function(info.name);
  std::string cases, all;
  for (const OptionGroup& group : options.groups()) {
    for (const OptionSpec& option : group.options) {
      std::string pattern = "--" + option.name;
      all += (all.empty() ? "" : " ") + pattern;
      if (!option.alias.empty()) pattern = "-" + option.alias + " | " + pattern;
      if (option.value_name.empty()) continue;
      const std::string words = choices(option);
      const std::string action = !words.empty()    ? offered(words)
                                 : is_file(option) ? files
                                                   : "COMPREPLY=()";
      cases += "    " + pattern + ") " + action + " ;;\n";
    }
  }
  return function_name(info.name) + "() {\n  case $prev in\n" + cases +
         "    *)\n      if [[ $cur == -* ]]; then\n        " + offered(all) +
         "\n      else\n        " + files + "\n      fi\n      ;;\n  esac\n}\n";
}

/// What bash calls: finds `cur` and `prev`, and does `action`.
std::string entry(const ProgramInfo& info, const std::string& action) {
  const std::string name = "_complete" + function_name(info.name);
  return files_function(info.name) + R"(() {
  local - IFS=$'\n'
  set -f
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -f -- "$cur"))
}
)" + name +
         R"(() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
  # --option=value comes as three words.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=${COMP_WORDS[COMP_CWORD - 2]}
  fi
)" + action +
         "}\ncomplete -F " + name + ' ' + info.name + '\n';
}

}  // namespace

std::string bash_completion(const ProgramInfo& info, const Options& options) {
  const std::string function = function_of(info, options);
  if (info.name.find(' ') != info.name.npos) return function;
  return function + entry(info, "  " + function_name(info.name) + '\n');
}

std::string bash_completion(const ProgramInfo& info, std::span<const Command> commands) {
  std::string names, cases;
  for (const Command& command : commands) {
    names += command.name + ' ';
    cases += "    " + command.name + ") " + function_name(info.name + ' ' + command.name) + " ;;\n";
  }
  return entry(info, "  if ((COMP_CWORD == 1)); then\n    " + offered(names + "--help --version") +
                         "\n    return\n  fi\n  case ${COMP_WORDS[1]} in\n" + cases + "  esac\n");
}

}  // namespace mfpar::apps
