// SPDX-License-Identifier: MIT
#include "mf-serve/item_search.hpp"

#include <algorithm>
#include <sstream>
#include <tuple>

#include "common/folded_text.hpp"

namespace mfpar::apps {

namespace {

struct Found {
  bool is_first;  // whatever the ratings
  std::size_t ratings;
  std::uint32_t index;
};

std::vector<std::uint32_t> best_of(std::vector<Found>& found, std::size_t top) {
  const auto before = [](const Found& a, const Found& b) {
    return std::tuple(b.is_first, b.ratings, a.index) < std::tuple(a.is_first, a.ratings, b.index);
  };
  const auto end = found.begin() + static_cast<std::ptrdiff_t>(std::min(top, found.size()));
  std::partial_sort(found.begin(), end, found.end(), before);
  std::vector<std::uint32_t> indices;
  for (auto one = found.begin(); one != end; ++one) indices.push_back(one->index);
  return indices;
}

}  // namespace

ItemSearch::ItemSearch(const ItemTitles& titles, ItemIndex item_count) : begins_{0} {
  begins_.reserve(item_count + std::size_t{1});
  for (ItemIndex item = 0; item < item_count; ++item) {
    words_.append(" ").append(folded(titles.title(item)));
    begins_.push_back(words_.size());
  }
}

std::vector<ItemIndex> ItemSearch::find(std::string_view text, std::size_t top,
                                        const RatingCount& ratings) const {
  const std::string begin = ' ' + folded(text);
  std::vector<std::string> beginnings;
  std::istringstream split(begin);
  for (std::string word; split >> word;) beginnings.push_back(' ' + word);
  if (beginnings.empty()) return {};
  std::vector<Found> found;
  for (std::size_t item = 0; item + 1 < begins_.size(); ++item) {
    const std::string_view words(words_.data() + begins_[item], begins_[item + 1] - begins_[item]);
    const auto has = [&](const std::string& word) { return words.find(word) != words.npos; };
    if (!std::ranges::all_of(beginnings, has)) continue;
    const auto index = static_cast<ItemIndex>(item);
    found.push_back({words.starts_with(begin), ratings(index), index});
  }
  return best_of(found, top);
}

std::vector<std::uint32_t> ids_beginning(const IdDictionary& ids, std::string_view text,
                                         std::size_t top, const RatingCount& ratings) {
  std::vector<Found> found;
  for (std::uint32_t index = 0; index < ids.size(); ++index) {
    const std::string id = ids.id(index);
    if (id.starts_with(text)) found.push_back({id == text, ratings(index), index});
  }
  return best_of(found, top);
}

}  // namespace mfpar::apps
