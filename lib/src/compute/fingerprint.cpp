// SPDX-License-Identifier: MIT
#include "compute/fingerprint.hpp"

#include <bit>
#include <numeric>
#include <vector>

#include "base/id_hash.hpp"
#include "base/partition.hpp"
#include "base/random.hpp"
#include "mfpar/evaluate.hpp"
#include "mfpar/rating_store.hpp"
#include "store/rating_table_impl.hpp"

namespace mfpar {

namespace {

/// The hashes of all ids as text, whether they are stored as text or as integers.
std::vector<std::uint64_t> text_hashes(const IdDictionary& ids, const Workers& workers) {
  constexpr std::size_t kPartitions = 64;
  std::vector<std::uint64_t> hashes(ids.size());
  workers.for_each(kPartitions, [&](std::size_t partition) {
    const Range range = even_range(hashes.size(), kPartitions, partition);
    for (std::size_t i = range.begin; i < range.end; ++i) {
      hashes[i] = hash_id(ids.id(static_cast<std::uint32_t>(i)));
    }
  });
  return hashes;
}

/// The hashes of the users and items of a set of ratings; those of the items are mixed once more,
/// as derive_seed does with all that it is given.
struct IdHashes {
  IdHashes(const IdDictionary& user_ids, const IdDictionary& item_ids, const Workers& workers)
      : users(text_hashes(user_ids, workers)), mixed_items(text_hashes(item_ids, workers)) {
    for (std::uint64_t& hash : mixed_items) hash = mix_bits(hash);
  }

  /// One rating's share, derive_seed(user's hash, item's hash, value). The fingerprint of a set is
  /// the sum of the shares modulo 2^64, which no order changes.
  std::uint64_t share(UserIndex user, ItemIndex item, float value) const {
    const auto bits = std::bit_cast<std::uint32_t>(value + 0.0f);  // negative zero is zero
    return mix_bits(mix_bits(users[user] ^ mixed_items[item]) ^ mix_bits(bits));
  }

  std::vector<std::uint64_t> users;
  std::vector<std::uint64_t> mixed_items;
};

std::uint64_t total(const std::vector<std::uint64_t>& sums) {
  return std::accumulate(sums.begin(), sums.end(), std::uint64_t{0});
}

}  // namespace

std::uint64_t rating_fingerprint(const RatingSource& ratings, const Workers& workers) {
  if (ratings.size() == 0) return 0;
  const IdHashes hashes(*ratings.users(), *ratings.items(), workers);
  const auto shards = ratings.shard_boundaries();
  std::vector<std::uint64_t> sums(shards.size() - 1);
  workers.for_each(sums.size(), [&](std::size_t shard) {
    std::uint64_t sum = 0;
    ratings.for_each_user(
        shards[shard], shards[shard + 1],
        [&](UserIndex user, const auto& entries, std::size_t begin, std::size_t end) {
          entries.for_each(begin, end, [&](ItemIndex item, float value) {
            sum += hashes.share(user, item, value);
          });
        });
    sums[shard] = sum;
  });
  return total(sums);
}

std::uint64_t rating_fingerprint(const RatingStore& ratings, int threads) {
  return rating_fingerprint(StoreSource(ratings), Workers(threads));
}

std::uint64_t rating_fingerprint(const RatingTable& ratings, const Workers& workers) {
  const IdHashes hashes(*ratings.users(), *ratings.items(), workers);
  std::vector<std::uint64_t> sums(ratings.impl().partitions());
  workers.for_each(sums.size(), [&](std::size_t partition) {
    std::uint64_t sum = 0;
    ratings.impl().for_each(partition,
                            [&](std::uint64_t, UserIndex user, ItemIndex item, float value) {
                              sum += hashes.share(user, item, value);
                            });
    sums[partition] = sum;
  });
  return total(sums);
}

}  // namespace mfpar
