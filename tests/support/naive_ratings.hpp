// SPDX-License-Identifier: MIT
//
// What tables and stores should hold, by the simplest means: maps keyed by ids.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/rating_table.hpp"
#include "store/rating_table_impl.hpp"

namespace mfpar::tests {

struct IdRating {
  std::string user;
  std::string item;
  float value = 0.0f;
  std::int64_t timestamp = 0;
};

/// Random ratings of which many share their (user, item); value v is one of `values` steps.
struct RandomRatings {
  std::size_t count = 1000;
  std::uint32_t users = 100;
  std::uint32_t items = 50;
  std::uint32_t values = 10;
  bool timestamps = false;
  std::uint64_t seed = 1;

  std::vector<IdRating> make() const {
    Random random(seed);
    std::vector<IdRating> ratings(count);
    for (auto& rating : ratings) {
      rating.user = std::string("u").append(std::to_string(random.below(users)));
      rating.item = std::to_string(random.below(items));
      rating.value = 0.5f * static_cast<float>(random.below(values)) - 2.0f;
      if (timestamps) rating.timestamp = random.below(50);
    }
    return ratings;
  }
};

/// The same ratings, those of a user one behind the other.
inline std::vector<IdRating> user_by_user(std::vector<IdRating> ratings) {
  std::ranges::stable_sort(ratings, {}, &IdRating::user);
  return ratings;
}

inline RatingTable table_of(const std::vector<IdRating>& ratings) {
  RatingTable table;
  for (const auto& [user, item, value, timestamp] : ratings) {
    table.add(user, item, value, timestamp);
  }
  return table;
}

/// The same table in chunks of at most `size` ratings.
inline RatingTable rechunked(const std::vector<IdRating>& ratings, std::size_t size) {
  RatingTable table = table_of(ratings);
  std::vector<RatingChunk> chunks;
  for (const RatingChunk& whole : table.impl().chunks) {
    for (std::size_t i = 0; i < whole.size(); ++i) {
      if (chunks.empty() || chunks.back().size() == size ||
          chunks.back().is_compact() != whole.is_compact()) {
        chunks.emplace_back().code_values = whole.code_values;
      }
      RatingChunk& chunk = chunks.back();
      chunk.users.push_back(whole.users[i]);
      if (whole.is_compact()) chunk.compact.push_back(whole.compact[i]);
      if (!whole.is_compact()) chunk.wide.push_back(whole.wide[i]);
      if (!whole.timestamps.empty()) chunk.timestamps.push_back(whole.timestamps[i]);
    }
  }
  table.impl().chunks = std::move(chunks);
  return table;
}

using Pair = std::pair<std::string, std::string>;
using Contents = std::map<Pair, std::pair<float, std::int64_t>>;

inline Contents expected_contents(const std::vector<IdRating>& ratings, Duplicates rule) {
  std::map<Pair, std::vector<IdRating>> by_pair;
  for (const IdRating& rating : ratings) by_pair[{rating.user, rating.item}].push_back(rating);
  Contents contents;
  for (const auto& [pair, all] : by_pair) {
    const IdRating& kept = rule == Duplicates::kFirst ? all.front() : all.back();
    float value = kept.value;
    if (rule == Duplicates::kMean) {
      double sum = 0;
      for (const IdRating& rating : all) sum += rating.value;
      value = static_cast<float>(sum / static_cast<double>(all.size()));
    }
    contents[pair] = {value, kept.timestamp};
  }
  return contents;
}

/// What a store holds; a pair that stands twice shows in the size.
inline Contents contents_of(const RatingStore& store) {
  Contents contents;
  for (UserIndex user = 0; user < store.user_count(); ++user) {
    for (auto i = store.offsets()[user]; i < store.offsets()[user + 1]; ++i) {
      contents[{store.parts().users->id(user), store.parts().items->id(store.item(i))}] = {
          store.value(i), store.has_timestamps() ? store.parts().timestamps[i] : 0};
    }
  }
  return contents;
}

/// Whether every user's items ascend strictly.
inline bool is_sorted(const RatingStore& store) {
  for (UserIndex user = 0; user < store.user_count(); ++user) {
    for (auto i = store.offsets()[user] + 1; i < store.offsets()[user + 1]; ++i) {
      if (store.item(i - 1) >= store.item(i)) return false;
    }
  }
  return true;
}

/// Whether two stores hold the same arrays.
inline bool same_bytes(const RatingStore& a, const RatingStore& b) {
  const auto same = [](const auto& x, const auto& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end());
  };
  const auto same_wide = [](const RatingStore::WideEntry& x, const RatingStore::WideEntry& y) {
    return x.item == y.item && x.value == y.value;
  };
  const auto same_ids = [&](const IdDictionary& x, const IdDictionary& y) {
    return same(x.parts().integers, y.parts().integers) && same(x.parts().text, y.parts().text) &&
           same(x.parts().text_offsets, y.parts().text_offsets) &&
           same(x.parts().slots, y.parts().slots);
  };
  const auto& p = a.parts();
  const auto& q = b.parts();
  return same_ids(*p.users, *q.users) && same_ids(*p.items, *q.items) &&
         same(p.offsets, q.offsets) && same(p.compact, q.compact) && same(p.values, q.values) &&
         std::equal(p.wide.begin(), p.wide.end(), q.wide.begin(), q.wide.end(), same_wide) &&
         same(p.timestamps, q.timestamps) && p.duplicates == q.duplicates &&
         same(a.shard_boundaries(), b.shard_boundaries());
}

}  // namespace mfpar::tests
