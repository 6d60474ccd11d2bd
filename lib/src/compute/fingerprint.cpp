// SPDX-License-Identifier: MIT
#include "compute/fingerprint.hpp"

#include <bit>
#include <numeric>
#include <vector>

#include "base/id_hash.hpp"
#include "base/partition.hpp"
#include "base/random.hpp"
#include "compute/rating_walk.hpp"
#include "mfpar/evaluate.hpp"
#include "mfpar/rating_store.hpp"

namespace mfpar {

namespace {

/// The hashes of all ids as text, whether they are stored as text or as integers.
std::vector<std::uint64_t> text_hashes(const IdDictionary& ids, const Workers& workers) {
  constexpr std::size_t kParts = 64;
  std::vector<std::uint64_t> hashes(ids.size());
  workers.for_each(kParts, [&](std::size_t part) {
    const Range range = even_range(hashes.size(), kParts, part);
    for (std::size_t i = range.begin; i < range.end; ++i) {
      hashes[i] = hash_id(ids.id(static_cast<std::uint32_t>(i)));
    }
  });
  return hashes;
}

/// One rating's share. The fingerprint of a set is the sum of the shares modulo 2^64, which no
/// order changes.
std::uint64_t share(std::uint64_t user_hash, std::uint64_t item_hash, float value) {
  const float positive_zero = value == 0.0f ? 0.0f : value;
  return derive_seed(user_hash, item_hash, std::bit_cast<std::uint32_t>(positive_zero));
}

std::uint64_t total(const std::vector<std::uint64_t>& sums) {
  return std::accumulate(sums.begin(), sums.end(), std::uint64_t{0});
}

}  // namespace

std::uint64_t rating_fingerprint(const RatingStore& ratings, int threads) {
  if (ratings.size() == 0) return 0;
  const Workers workers(threads);
  const auto users = text_hashes(*ratings.parts().users, workers);
  const auto items = text_hashes(*ratings.parts().items, workers);
  const auto shards = ratings.shard_boundaries();
  std::vector<std::uint64_t> sums(shards.size() - 1);
  workers.for_each(sums.size(), [&](std::size_t shard) {
    std::uint64_t sum = 0;
    for (UserIndex user = shards[shard]; user < shards[shard + 1]; ++user) {
      for (auto i = ratings.offsets()[user]; i < ratings.offsets()[user + 1]; ++i) {
        sum += share(users[user], items[ratings.item(i)], ratings.value(i));
      }
    }
    sums[shard] = sum;
  });
  return total(sums);
}

std::uint64_t rating_fingerprint(const RatingTable& ratings, const Workers& workers) {
  const auto users = text_hashes(*ratings.users(), workers);
  const auto items = text_hashes(*ratings.items(), workers);
  const RatingWalk walk(ratings);
  std::vector<std::uint64_t> sums(walk.blocks());
  workers.for_each(sums.size(), [&](std::size_t block) {
    std::uint64_t sum = 0;
    walk.visit(block, [&](std::uint64_t, UserIndex user, ItemIndex item, float value) {
      sum += share(users[user], items[item], value);
    });
    sums[block] = sum;
  });
  return total(sums);
}

}  // namespace mfpar
