// SPDX-License-Identifier: MIT
#include "mfpar/ranking_baselines.hpp"

#include <algorithm>
#include <cmath>

#include "base/parallel.hpp"
#include "ranking/top_list.hpp"

namespace mfpar {

namespace {

constexpr std::size_t kScoreBytes = std::size_t{256} << 20;
constexpr std::size_t kRowBytes = std::size_t{64} << 20;

bool holds(std::span<const ItemIndex> ascending, ItemIndex item) {
  return std::binary_search(ascending.begin(), ascending.end(), item);
}

/// How many rows of so many floats fit, one at least.
std::size_t rows_in(std::size_t bytes, std::size_t floats) {
  return std::max<std::size_t>(1, bytes / (std::max<std::size_t>(1, floats) * sizeof(float)));
}

/// The items of any of the users, ascending.
std::vector<ItemIndex> items_of(std::span<const RankingBaselines::User> users, std::size_t items) {
  std::vector<bool> is_there(items);
  for (const auto& user : users) {
    for (const ItemIndex item : user.has) is_there[item] = true;
  }
  std::vector<ItemIndex> all;
  for (ItemIndex item = 0; item < items; ++item) {
    if (is_there[item]) all.push_back(item);
  }
  return all;
}

/// The best items by `scores`, which it changes.
std::vector<ItemIndex> best_of(std::span<float> scores, const RankingBaselines::User& user,
                               std::uint32_t top) {
  for (const auto list : {user.has, user.left_out}) {
    for (const ItemIndex item : list) scores[item] = 0.0f;
  }
  TopList list(top);
  for (ItemIndex item = 0; item < scores.size(); ++item) {
    if (scores[item] > 0.0f && scores[item] >= list.threshold()) list.offer(scores[item], item);
  }
  std::vector<ItemIndex> items;
  for (const TopList::Entry& entry : list.take()) items.push_back(entry.item);
  return items;
}

}  // namespace

RankingBaselines::RankingBaselines(ItemLists lists, ItemIndex items)
    : lists_(std::move(lists)), raters_(items), offsets_(std::size_t{items} + 1) {
  for (const ItemIndex item : lists_.items) ++raters_[item];
  for (ItemIndex item = 0; item < items; ++item) {
    offsets_[std::size_t{item} + 1] = offsets_[item] + raters_[item];
  }
  users_.resize(offsets_.back());
  std::vector<std::uint64_t> next(offsets_.begin(), offsets_.end() - 1);
  for (UserIndex user = 0; user + 1 < lists_.offsets.size(); ++user) {
    for (const ItemIndex item : lists_.of(user)) users_[next[item]++] = user;
  }
  for (ItemIndex item = 0; item < items; ++item) {
    if (raters_[item] > 0) by_raters_.push_back(item);
  }
  std::ranges::stable_sort(by_raters_,
                           [&](ItemIndex a, ItemIndex b) { return raters_[a] > raters_[b]; });
}

std::vector<std::vector<ItemIndex>> RankingBaselines::most_popular(std::span<const User> users,
                                                                   std::uint32_t top,
                                                                   int threads) const {
  std::vector<std::vector<ItemIndex>> lists(users.size());
  const Workers workers(threads);
  workers.for_each(users.size(), [&](std::size_t u) {
    for (const ItemIndex item : by_raters_) {
      if (lists[u].size() == top) break;
      if (!holds(users[u].has, item) && !holds(users[u].left_out, item)) lists[u].push_back(item);
    }
  });
  return lists;
}

// A panel of rows of cosines is made, then added to the scores of the users of a block: both loops
// are parallel, and every score is summed in the same order whatever the sizes are.
std::vector<std::vector<ItemIndex>> RankingBaselines::by_cosine(std::span<const User> users,
                                                                std::uint32_t top,
                                                                int threads) const {
  const std::size_t items = raters_.size();
  const Workers workers(threads);
  std::vector<std::vector<ItemIndex>> lists(users.size());
  const auto make_row = [&](ItemIndex item, std::span<float> row) {
    std::vector<std::uint32_t> both(items);
    for (std::uint64_t at = offsets_[item]; at < offsets_[item + 1]; ++at) {
      for (const ItemIndex other : lists_.of(users_[at])) ++both[other];
    }
    for (std::size_t other = 0; other < items; ++other) {
      const double norms = static_cast<double>(raters_[item]) * raters_[other];
      row[other] = both[other] == 0 ? 0.0f : static_cast<float>(both[other] / std::sqrt(norms));
    }
  };
  const std::size_t block_users = rows_in(kScoreBytes, items);
  const std::size_t panel_items = rows_in(kRowBytes, items);
  std::vector<float> scores(std::min(block_users, users.size()) * items);
  std::vector<float> rows;
  for (std::size_t begin = 0; begin < users.size(); begin += block_users) {
    const auto block = users.subspan(begin, std::min(block_users, users.size() - begin));
    std::ranges::fill(scores, 0.0f);
    const std::vector<ItemIndex> needed = items_of(block, items);
    rows.resize(std::max(rows.size(), std::min(panel_items, needed.size()) * items));
    for (std::size_t first = 0; first < needed.size(); first += panel_items) {
      const auto panel =
          std::span(needed).subspan(first, std::min(panel_items, needed.size() - first));
      workers.for_each(panel.size(), [&](std::size_t r) {
        make_row(panel[r], std::span(rows).subspan(r * items, items));
      });
      workers.for_each(block.size(), [&](std::size_t u) {
        float* const mine = scores.data() + u * items;
        const auto has = block[u].has;
        auto row = panel.begin();
        for (auto item = std::lower_bound(has.begin(), has.end(), panel.front());
             item != has.end() && *item <= panel.back(); ++item) {
          row = std::lower_bound(row, panel.end(), *item);
          const float* const cosines =
              rows.data() + static_cast<std::size_t>(row - panel.begin()) * items;
          for (std::size_t other = 0; other < items; ++other) mine[other] += cosines[other];
        }
      });
    }
    workers.for_each(block.size(), [&](std::size_t u) {
      lists[begin + u] = best_of(std::span(scores).subspan(u * items, items), block[u], top);
    });
  }
  return lists;
}

}  // namespace mfpar
