// SPDX-License-Identifier: MIT
#include "text/layouts.hpp"

#include <algorithm>
#include <vector>

#include "mfpar/error.hpp"
#include "text/field_values.hpp"
#include "text/foreign_text.hpp"
#include "text/grouped_lines.hpp"
#include "text/json_lines.hpp"
#include "text/matrix_market.hpp"

namespace mfpar {

namespace {

/// A line of libFM or LibSVM: its label and the indices of its features; no label where it is none.
struct SparseLine {
  std::string_view label;
  std::vector<std::string_view> features;
};

SparseLine parse_sparse(std::string_view line) {
  SparseLine result;
  constexpr std::string_view kBlanks = " \t\r";
  line = line.substr(0, line.find('#'));
  std::string_view label;
  for (std::size_t begin; (begin = line.find_first_not_of(kBlanks)) != line.npos;) {
    line.remove_prefix(begin);
    const std::string_view word = line.substr(0, line.find_first_of(kBlanks));
    line.remove_prefix(word.size());
    if (label.empty()) {
      if (parse_rating(word).fault != Fault::kNone) return {};
      label = word;
      continue;
    }
    const std::size_t colon = word.find(':');
    const std::string_view index = word.substr(0, colon);
    if (colon == word.npos || index.empty() ||
        index.find_first_not_of("0123456789") != index.npos ||
        parse_rating(word.substr(colon + 1)).fault != Fault::kNone) {
      return {};
    }
    result.features.push_back(index);
  }
  if (!result.features.empty()) result.label = label;
  return result;
}

/// Makes `user,item,label` of lines with two features.
class SparseLines : public LineConversion {
  void convert_line(std::string_view line, std::string& out) override {
    const SparseLine sparse = parse_sparse(line);
    if (!sparse.label.empty()) {
      for (const std::string_view index : sparse.features) out.append(index).append(",");
      out.append(sparse.label);
    } else if (line.find_first_not_of(" \t\r") != line.npos) {
      out += "no sparse line";  // too few fields: a bad line
    }
  }
};

Layout find_sparse_lines(std::string_view head, bool is_whole, const std::string& name,
                         const ReadOptions& options) {
  constexpr std::size_t kSampledLines = 20;
  std::size_t lines = 0, features = 0;
  for (std::size_t begin = 0; begin < head.size() && lines < kSampledLines;) {
    const std::size_t found = head.find('\n', begin);
    if (found == head.npos && !is_whole) break;
    const std::size_t end = std::min(found, head.size());
    const std::string_view line = head.substr(begin, end - begin);
    begin = std::min(end + 1, head.size());
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    const SparseLine sparse = parse_sparse(line);
    if (sparse.label.empty()) return {};
    features = lines == 0 || features == sparse.features.size() ? sparse.features.size() : 1;
    ++lines;
  }
  if (lines == 0) return {};
  if (features != 2) {
    throw Error(ErrorCode::kBadData,
                name +
                    ": looks like libFM or LibSVM with other than two features a line; "
                    "expected user and item, each as one feature: \"4 0:1 20:1\"");
  }
  if (options.timestamps == ReadOptions::Timestamps::kRequired) {
    throw Error(ErrorCode::kBadOption, name + ": there are no timestamps");
  }
  Layout layout;
  layout.format.delimiter = ",";
  layout.format.field_count = 3;
  layout.format.columns = {0, 1, 2, TextFormat::kNoColumn};
  layout.format.notes.push_back(
      "read as libFM or LibSVM: the first feature of a line is its user, the second its item");
  layout.conversion = std::make_unique<SparseLines>();
  return layout;
}

}  // namespace

Layout find_layout(std::string_view head, bool is_whole, const std::string& name,
                   const ReadOptions& options) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  if (Layout layout = find_matrix_market(head, name, options); layout.conversion) return layout;
  if (!options.delimiter.empty()) return {};
  refuse_foreign_text(head, name);
  if (Layout layout = find_json_lines(head, is_whole, name, options); layout.conversion) {
    return layout;
  }
  if (Layout layout = find_grouped_lines(head, name, options); layout.conversion) return layout;
  return find_sparse_lines(head, is_whole, name, options);
}

}  // namespace mfpar
