// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include "mfpar/delimited_text.hpp"
#include "mfpar/error.hpp"
#include "mfpar/item_titles.hpp"

namespace mfpar {

namespace {

constexpr auto kNoRow = static_cast<std::size_t>(-1);

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

/// Where the ids stand: in the column that its name says, "id" before others, or else in the first,
/// as long as half as many of the model's items are there as in another column.
std::size_t id_column(const DelimitedText& file, const std::vector<std::string>& names,
                      const IdDictionary& items) {
  constexpr std::size_t kLookedAt = 1000;
  std::vector<std::size_t> known(names.size(), 0);
  for (std::size_t r = 0; r < std::min(kLookedAt, file.rows.size()); ++r) {
    const std::size_t width = std::min(names.size(), file.rows[r].size());
    for (std::size_t c = 0; c < width; ++c) known[c] += items.find(file.rows[r][c]) != kNoIndex;
  }
  const auto best = std::max_element(known.begin(), known.end());
  for (const auto& column :
       {position(names, "id"), find_item_column(names), std::optional<std::size_t>(0)}) {
    if (column && 2 * known[*column] >= *best) return *column;
  }
  return static_cast<std::size_t>(best - known.begin());
}

/// Whether a first row names the columns: it has a well-known name, or neither an id of the model
/// nor anything with a digit where ids stand.
bool names_columns(const std::vector<std::string>& first, std::size_t id_column,
                   const IdDictionary& items) {
  const std::string& id = first[id_column];
  if (items.find(id) != kNoIndex) return false;
  for (const char* name : {"id", "title", "name"}) {
    if (position(first, name)) return true;
  }
  return find_item_column(first) == id_column || id.find_first_of("0123456789") == id.npos;
}

/// The names of all columns, and which holds the ids.
std::pair<std::vector<std::string>, std::size_t> names_of(const DelimitedText& file,
                                                          const std::string& asked,
                                                          const IdDictionary& items) {
  const std::vector<std::string>& first = file.rows.front();
  if (!asked.empty()) {
    std::vector<std::string> names = split(asked);
    if (names.size() != first.size()) {
      throw Error(ErrorCode::kBadOption,
                  "--titles-columns names " + std::to_string(names.size()) +
                      (names.size() == 1 ? " column" : " columns") + ", but " + file.name +
                      " has " + std::to_string(first.size()) + "; name all of them, in order");
    }
    const std::size_t id = id_column(file, names, items);
    return {std::move(names), id};
  }
  const std::size_t id = id_column(file, first, items);
  if (names_columns(first, id, items)) return {first, id};
  std::vector<std::string> names;
  const std::size_t title = id == 0 ? 1 : 0;
  for (std::size_t c = 0; c < first.size(); ++c) {
    names.push_back(c == id ? "id" : c == title ? "title" : "column" + std::to_string(c + 1));
  }
  return {std::move(names), id};
}

}  // namespace

ReadTitles read_item_titles(const std::string& path, const std::string& columns,
                            const IdDictionary& items) {
  ReadTitles read;
  const DelimitedText file = read_delimited(path);
  for (const std::string& note : file.notes) read.notes.push_back(file.name + ' ' + note);
  if (file.rows.empty()) {
    throw Error(ErrorCode::kBadData, file.name + ": is empty; expected lines of id, title, ...");
  }
  const auto found = names_of(file, columns, items);
  const std::vector<std::string>& names = found.first;
  const std::size_t id = found.second;
  if (names.size() < 2) {
    throw Error(ErrorCode::kBadData,
                file.place(0) +
                    "there is one column only; expected id and title, separated "
                    "by :: tab , ; or |");
  }
  std::optional<std::size_t> title = position(names, "title");
  if (!title) title = position(names, "name");
  if (!title || *title == id) title = id == 0 ? 1 : 0;

  std::vector<std::size_t> order{*title};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i != id && i != *title) order.push_back(i);
  }
  std::vector<std::size_t> row_of(items.size(), kNoRow);
  bool knows_any = items.size() == 0;
  for (std::size_t r = 0; r < file.rows.size(); ++r) {
    const std::vector<std::string>& row = file.rows[r];
    if (row.size() != names.size()) {
      throw Error(ErrorCode::kBadData, file.place(r) + std::to_string(row.size()) +
                                           " fields; expected " + std::to_string(names.size()) +
                                           " separated by " + mfpar::quoted(file.delimiter) +
                                           " (quotes keep a delimiter in a field)");
    }
    const ItemIndex item = items.find(row[id]);
    if (item == kNoIndex) continue;
    knows_any = true;
    row_of[item] = r;
  }
  if (!knows_any) {
    throw Error(ErrorCode::kBadData, file.name + ": nothing in column " + std::to_string(id + 1) +
                                         " (" + mfpar::quoted(names[id]) +
                                         ") is the id of an item of the model, such as " +
                                         mfpar::quoted(items.id(0)) +
                                         "; --titles-columns names the columns, the ids' as id");
  }

  ItemTitles::Parts parts;
  for (const std::size_t i : order) parts.columns.push_back(names[i]);
  std::vector<std::uint64_t> offsets{0};
  std::vector<char> text;
  offsets.reserve(items.size() * order.size() + 1);
  for (const std::size_t r : row_of) {
    for (const std::size_t i : order) {
      if (r != kNoRow) text.insert(text.end(), file.rows[r][i].begin(), file.rows[r][i].end());
      offsets.push_back(text.size());
    }
  }
  parts.offsets = FrozenArray<std::uint64_t>(std::move(offsets));
  parts.text = FrozenArray<char>(std::move(text));
  read.titles = ItemTitles(std::move(parts));
  return read;
}

}  // namespace mfpar
