// SPDX-License-Identifier: MIT
#include "text/foreign_text.hpp"

#include <algorithm>
#include <regex>

#include "base/ascii.hpp"
#include "base/shell_word.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

void refuse_foreign_text(std::string_view head, const std::string& name) {
  head.remove_prefix(std::min(head.find_first_not_of(" \t\r\n"), head.size()));
  constexpr std::size_t kLongestFirstLine = 500;
  const std::string first(
      head.substr(0, std::min({head.find_first_of("\r\n"), head.size(), kLongestFirstLine})));
  const std::string lower = lowered(first);
  const std::string file = name == "standard input" ? "" : shell_word(name) + " ";
  const auto refuse = [&](const std::string& what, const std::string& remedy) {
    throw Error(ErrorCode::kBadData,
                name + ": looks like " + what + "; expected a rating a line" +
                    (remedy.empty() ? "" : ", which " + remedy + " makes of it"));
  };
  const auto is = [&](const char* pattern) {
    return std::regex_search(first, std::regex(pattern, std::regex::extended));
  };
  if (lower.starts_with("<!doctype") || lower.starts_with("<html") || lower.starts_with("<?xml") ||
      lower.starts_with("<table")) {
    refuse("HTML or XML (some programs call it .xls); save it as CSV", "");
  }
  if (lower.starts_with("@relation")) {
    refuse("ARFF", "sed '/^[@%]/d;/^[[:space:]]*$/d' " + file + "| ... -");
  }
  if (lower.starts_with("insert into") || lower.starts_with("-- mysql dump") ||
      lower.starts_with("create table") || head.find("\nINSERT INTO ") != head.npos) {
    refuse("a dump of SQL statements",
           "grep '^INSERT' " + file +
               "| sed 's/.*VALUES//' | grep -o '([^()]*)' | tr -d \"()'\" | ... -");
  }
  if (first.starts_with("{'") || first.starts_with("[{'")) {
    refuse("dicts of Python",
           "python3 -c \"import ast, json, sys; [print(json.dumps(ast.literal_eval(l))) for l in "
           "sys.stdin]\" " +
               (file.empty() ? "" : "< " + file) + "| ... -");
  }
  if (is("^\\(.*,.*,.*\\),?$")) {
    refuse("tuples of Python or Scala",
           "sed -E \"s/^\\(|\\),?$//g; s/[' ]//g\" " + file + "| ... -");
  }
  if (is("^[-0-9.]+ +\\|[a-zA-Z]* *[^ ]+ +\\|[a-zA-Z]* *[^ ]+ *$")) {
    refuse("Vowpal Wabbit",
           "sed -E 's/ +[|][a-zA-Z]* +/ /g' " + file + "| ... - --columns rating=1,user=2,item=3");
  }
  if (is("^[-0-9.]+ +[0-9]+:[0-9]+:[0-9.]+ +[0-9]+:[0-9]+:[0-9.]+ *$")) {
    refuse("libFFM", "sed -E 's/ [0-9]+:([0-9]+):[0-9.]+/ \\1/g' " + file +
                         "| ... - --columns rating=1,user=2,item=3");
  }
  if (lower.starts_with("product/productid: ")) {
    refuse("blocks of key and value",
           "awk -F': ' '/userId/{u=$2}/productId/{i=$2}/score/{print u\",\"i\",\"$2}' " + file +
               "| ... -");
  }
}

}  // namespace mfpar
