// SPDX-License-Identifier: MIT
#include "text/foreign_text.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "base/ascii.hpp"
#include "base/shell_word.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

// By hand, since regular expressions take time that grows with a power of the line's length.

std::vector<std::string_view> cut_at_blanks(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t begin = line.find_first_not_of(' '); begin < line.size();) {
    const std::size_t end = std::min(line.find(' ', begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    begin = line.find_first_not_of(' ', end);
  }
  return words;
}

bool is_of(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == text.npos;
}

bool is_number(std::string_view word) { return is_of(word, "-.0123456789"); }

/// "(ann, 7, 4)", with or without a comma behind it.
bool is_tuple(std::string_view line) {
  if (line.ends_with(',')) line.remove_suffix(1);
  return line.starts_with('(') && line.ends_with(')') &&
         std::count(line.begin(), line.end(), ',') >= 2;
}

/// "4 |u 196 |i 242"; names of the groups may be missing, or stand before the ids without a blank.
bool is_vowpal_wabbit(std::span<const std::string_view> words) {
  if (words.empty() || !is_number(words[0])) return false;
  std::size_t at = 1, groups = 0;
  for (; at < words.size() && words[at].starts_with('|'); ++groups) {
    const std::string_view name = words[at++].substr(1);
    const bool is_name = name.empty() || is_of(lowered(name), "abcdefghijklmnopqrstuvwxyz");
    if (is_name && at < words.size() && !words[at].starts_with('|')) {
      ++at;
    } else if (name.empty()) {
      return false;
    }
  }
  return groups == 2 && at == words.size();
}

/// "4 0:196:1 1:242:1".
bool is_libffm(std::span<const std::string_view> words) {
  const auto is_feature = [](std::string_view word) {
    const std::size_t first = word.find(':'), last = word.rfind(':');
    return first != last && is_of(word.substr(0, first), "0123456789") &&
           is_of(word.substr(first + 1, last - first - 1), "0123456789") &&
           is_of(word.substr(last + 1), ".0123456789");
  };
  return words.size() == 3 && is_number(words[0]) && is_feature(words[1]) && is_feature(words[2]);
}

}  // namespace

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
  const std::vector<std::string_view> words = cut_at_blanks(first);
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
  if (is_tuple(first)) {
    refuse("tuples of Python or Scala",
           "sed -E \"s/^\\(|\\),?$//g; s/[' ]//g\" " + file + "| ... -");
  }
  if (is_vowpal_wabbit(words)) {
    refuse("Vowpal Wabbit",
           "sed -E 's/ +[|][a-zA-Z]* +/ /g' " + file + "| ... - --columns rating=1,user=2,item=3");
  }
  if (is_libffm(words)) {
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
