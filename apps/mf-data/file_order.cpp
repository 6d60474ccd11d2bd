// SPDX-License-Identifier: MIT
#include "mf-data/file_order.hpp"

#include <algorithm>
#include <utility>

namespace mfpar::apps {

FileOrder::FileOrder(const IdDictionary& users, const IdDictionary& items,
                     const RatingStore& ratings)
    : item_order_(items.size()) {
  users_.reserve(users.size());
  for (std::uint32_t i = 0; i < users.size(); ++i) {
    users_.push_back(ratings.parts().users->find(users.id(i)));
  }
  for (std::uint32_t i = 0; i < items.size(); ++i) {
    item_order_[ratings.parts().items->find(items.id(i))] = i;
  }
}

void FileOrder::write(const RatingStore& ratings, RatingWriter& writer) const {
  std::vector<std::pair<std::uint32_t, Rating>> row;
  for (const UserIndex user : users_) {
    row.clear();
    for (auto i = ratings.offsets()[user]; i < ratings.offsets()[user + 1]; ++i) {
      const std::int64_t time = ratings.has_timestamps() ? ratings.parts().timestamps[i] : 0;
      const ItemIndex item = ratings.item(i);
      row.push_back({item_order_[item], {user, item, ratings.value(i), time}});
    }
    std::sort(row.begin(), row.end(), [](const auto& a, const auto& b) {
      return std::pair(a.second.timestamp, a.first) < std::pair(b.second.timestamp, b.first);
    });
    for (const auto& [place, rating] : row) writer.write(rating);
  }
}

}  // namespace mfpar::apps
