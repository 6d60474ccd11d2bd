// SPDX-License-Identifier: MIT
#include "common/item_titles.hpp"

#include <algorithm>

#include "common/options.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

bool holds(std::string_view text, std::string_view words) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  const auto same = [&](char a, char b) { return lower(a) == lower(b); };
  return words.empty() ||
         std::search(text.begin(), text.end(), words.begin(), words.end(), same) != text.end();
}

ItemTitles titles_of(const FactorModel& model, const std::string& path, const std::string& columns,
                     const std::function<void(const std::string&)>& warn) {
  if (path.empty()) return model.titles();
  ReadTitles read = read_item_titles(path, columns, model.items());
  if (warn) std::ranges::for_each(read.notes, warn);
  return std::move(read.titles);
}

void add_titles_columns_option(Options& options, std::string& columns) {
  options.text("titles-columns", "LIST", columns,
               "The names of all columns of the --titles file in order, such as id,title,genres, "
               "where it has no header.");
}

std::size_t require_column(const ItemTitles& titles, const std::string& column,
                           const std::string& option) {
  if (titles.empty()) throw Error(ErrorCode::kBadOption, option + kNeedsTitles);
  if (const auto found = titles.find(column)) return *found;
  std::string list;
  for (const std::string& name : titles.columns()) list += (list.empty() ? "" : ", ") + name;
  const std::string meant = nearest(column, titles.columns());
  throw Error(ErrorCode::kBadOption, option + ": there is no column '" + column +
                                         "'; the columns are " + list +
                                         (meant.empty() ? "" : "; did you mean " + meant + "?"));
}

std::vector<ItemIndex> items_titled(const ItemTitles& titles, std::string_view words,
                                    std::size_t most) {
  std::vector<ItemIndex> items;
  for (ItemIndex item = 0; item < titles.rows() && items.size() < most; ++item) {
    const std::string_view title = titles.title(item);
    if (!title.empty() && holds(title, words)) items.push_back(item);
  }
  return items;
}

}  // namespace mfpar::apps
