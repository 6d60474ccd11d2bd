// SPDX-License-Identifier: MIT
#include "mfpar/item_titles.hpp"

#include <algorithm>

#include "mfpar/error.hpp"

namespace mfpar {

ItemTitles::ItemTitles(Parts parts) : parts_(std::move(parts)) {
  const auto offsets = parts_.offsets.span();
  const auto refuse = [](const char* what) {
    throw Error(ErrorCode::kBadFile, std::string("titles of items: ") + what);
  };
  if (parts_.columns.empty() && (!offsets.empty() || !parts_.text.empty())) {
    refuse("texts of no column");
  }
  if (parts_.columns.empty()) return;
  if (offsets.empty() || (offsets.size() - 1) % parts_.columns.size() != 0) {
    refuse("the last row has not a text for each column");
  }
  if (offsets.front() != 0 || offsets.back() != parts_.text.size() ||
      !std::is_sorted(offsets.begin(), offsets.end())) {
    refuse("offsets do not ascend from 0 to the end of the text");
  }
}

std::string_view ItemTitles::text(ItemIndex item, std::size_t column) const noexcept {
  if (item >= rows()) return "";
  const std::uint64_t* const offset = parts_.offsets.data() + item * parts_.columns.size() + column;
  return {parts_.text.data() + offset[0], static_cast<std::size_t>(offset[1] - offset[0])};
}

std::optional<std::size_t> ItemTitles::find(std::string_view column) const noexcept {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  for (std::size_t i = 0; i < parts_.columns.size(); ++i) {
    const auto same = [&](char a, char b) { return lower(a) == lower(b); };
    if (std::ranges::equal(parts_.columns[i], column, same)) return i;
  }
  return std::nullopt;
}

}  // namespace mfpar
