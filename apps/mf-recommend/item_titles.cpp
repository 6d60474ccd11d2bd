// SPDX-License-Identifier: MIT
#include "mf-recommend/item_titles.hpp"

#include <algorithm>

#include "mfpar/delimited_text.hpp"
#include "mfpar/error.hpp"

namespace mfpar::apps {

namespace {

const std::string kNothing;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_letter(char a, char b) { return lower(a) == lower(b); }

bool same(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, same_letter); }

std::optional<std::size_t> position(const std::vector<std::string>& names, std::string_view name) {
  const auto found = std::ranges::find_if(names, [&](const auto& x) { return same(x, name); });
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> names(1);
  for (const char c : list) {
    if (c == ',') {
      names.emplace_back();
    } else {
      names.back() += c;
    }
  }
  return names;
}

/// Where the ids stand, by the names of the columns.
std::size_t id_column(const std::vector<std::string>& names) {
  if (const auto id = position(names, "id")) return *id;
  return find_item_column(names).value_or(0);
}

/// Whether a first row names the columns: it has a well-known name, or neither an id of the model
/// nor anything with a digit where ids stand.
bool names_columns(const std::vector<std::string>& first, const IdDictionary& items) {
  const std::string& id = first[id_column(first)];
  if (items.find(id) != kNoIndex) return false;
  for (const char* name : {"id", "title", "name"}) {
    if (position(first, name)) return true;
  }
  return find_item_column(first) || id.find_first_of("0123456789") == id.npos;
}

std::vector<std::string> names_of(const DelimitedText& file, const std::string& asked,
                                  const IdDictionary& items) {
  const std::vector<std::string>& first = file.rows.front();
  if (!asked.empty()) {
    std::vector<std::string> names = split(asked);
    if (names.size() != first.size()) {
      throw Error(ErrorCode::kBadOption, "--titles-columns names " + std::to_string(names.size()) +
                                             " columns, but " + file.name + " has " +
                                             std::to_string(first.size()) +
                                             "; name all of them, in order");
    }
    return names;
  }
  if (names_columns(first, items)) return first;
  std::vector<std::string> names{"id", "title"};
  while (names.size() < first.size()) names.push_back("column" + std::to_string(names.size() + 1));
  names.resize(first.size());
  return names;
}

}  // namespace

bool holds(std::string_view text, std::string_view words) {
  return words.empty() || std::search(text.begin(), text.end(), words.begin(), words.end(),
                                      same_letter) != text.end();
}

ItemTitles::ItemTitles(const std::string& path, const std::string& columns,
                       const IdDictionary& items)
    : rows_(items.size()) {
  const DelimitedText file = read_delimited(path);
  for (const std::string& note : file.notes) notes_.push_back(file.name + ' ' + note);
  if (file.rows.empty()) {
    throw Error(ErrorCode::kBadData, file.name + " is empty; expected lines of id, title, ...");
  }
  const std::vector<std::string> names = names_of(file, columns, items);
  if (names.size() < 2) {
    throw Error(ErrorCode::kBadData,
                file.place(0) +
                    "there is one column only; expected id and title, separated "
                    "by :: tab , ; or |");
  }
  const std::size_t id = id_column(names);
  std::optional<std::size_t> title = position(names, "title");
  if (!title) title = position(names, "name");
  if (!title || *title == id) title = id == 0 ? 1 : 0;

  std::vector<std::size_t> order{*title};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i != id && i != *title) order.push_back(i);
  }
  for (const std::size_t i : order) columns_.push_back(names[i]);
  for (std::size_t r = 0; r < file.rows.size(); ++r) {
    const std::vector<std::string>& row = file.rows[r];
    if (row.size() != names.size()) {
      throw Error(ErrorCode::kBadData, file.place(r) + std::to_string(row.size()) +
                                           " fields; expected " + std::to_string(names.size()) +
                                           " separated by " + quoted(file.delimiter) +
                                           " (quotes keep a delimiter in a field)");
    }
    const ItemIndex item = items.find(row[id]);
    if (item == kNoIndex) continue;
    known_ += rows_[item].empty();
    rows_[item].clear();
    for (const std::size_t i : order) rows_[item].push_back(row[i]);
  }
  if (known_ == 0 && items.size() > 0) {
    throw Error(ErrorCode::kBadData,
                file.name + ": nothing in column " + std::to_string(id + 1) + " (" +
                    quoted(names[id]) + ") is the id of an item of the model, such as " +
                    quoted(items.id(0)) + "; --titles-columns names the columns, the ids' as id");
  }
}

const std::string& ItemTitles::text(ItemIndex item, std::size_t column) const {
  return item < rows_.size() && !rows_[item].empty() ? rows_[item][column] : kNothing;
}

const std::string& ItemTitles::title(ItemIndex item) const { return text(item, 0); }

std::optional<std::size_t> ItemTitles::find(std::string_view column) const {
  return position(columns_, column);
}

std::vector<ItemIndex> ItemTitles::titled(std::string_view words, std::size_t most) const {
  std::vector<ItemIndex> items;
  for (ItemIndex item = 0; item < rows_.size() && items.size() < most; ++item) {
    if (!rows_[item].empty() && holds(rows_[item][0], words)) items.push_back(item);
  }
  return items;
}

}  // namespace mfpar::apps
