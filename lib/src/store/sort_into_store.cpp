// SPDX-License-Identifier: MIT
//
// How a table becomes a store. The ratings fall into buckets of consecutive users, small enough to
// be sorted within a core's cache; each bucket is sorted and put where it belongs. The triplets in
// between (bucket_sources.hpp) are freed as the store fills.
#include "store/sort_into_store.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "base/partition.hpp"
#include "base/system_array.hpp"
#include "mfpar/error.hpp"
#include "store/bucket_sorter.hpp"
#include "store/bucket_sources.hpp"
#include "store/duplicates.hpp"
#include "store/triplets.hpp"
#include "store/user_buckets.hpp"
#include "store/value_table.hpp"

namespace mfpar {

namespace {

/// Gives the users of all chunks their new indices and counts the ratings of each bucket.
ScatterOffsets relabel_users(std::span<RatingChunk> chunks, std::span<const UserIndex> user_index,
                             const UserBuckets& buckets, const Workers& workers) {
  ScatterOffsets places(chunks.size(), buckets.count());
  workers.for_each(chunks.size(), [&](std::size_t c) {
    const auto counts = places.of(c);
    chunks[c].users.rename([&](UserIndex user) { return user_index[user]; });
    chunks[c].users.for_each_run(
        [&](UserIndex user, Range positions) { counts[buckets.of(user)] += positions.size(); });
  });
  places.add_up();
  return places;
}

/// The store in the making: rows with room for every rating, each bucket's at its own place.
template <class Entry>
struct Building {
  std::vector<std::uint64_t> offsets;  ///< users + 1; until the end, [u + 1] is the count of user u
  SystemArray<Entry> entries;
  SystemArray<std::int64_t> timestamps;
  std::vector<float> values;
  std::vector<MergeResult> merges;  ///< of each bucket
};

/// Sorts the buckets that `source`, one of bucket_sources.hpp, gives into the store.
template <class T, class Source>
void sort_all(Source source, const UserBuckets& buckets, const ScatterOffsets& places,
              ItemIndex items, Duplicates duplicates, Building<typename T::Entry>& building,
              const Workers& workers) {
  std::atomic<std::size_t> next{0};
  const auto threads = static_cast<std::size_t>(workers.threads());
  workers.for_each(std::min(threads, buckets.count()), [&](std::size_t) {
    BucketSorter<T> sorter(items);
    std::vector<T> memory;
    for (std::size_t b; (b = next.fetch_add(1)) < buckets.count();) {
      const Range range = places.range(b);
      Rows<typename T::Entry> rows;
      rows.first_user = buckets.begin(b);
      rows.counts =
          std::span(building.offsets)
              .subspan(std::size_t{rows.first_user} + 1, buckets.begin(b + 1) - rows.first_user);
      rows.entries = building.entries.span().subspan(range.begin, range.size());
      if constexpr (kIsTimed<T>) {
        rows.timestamps = building.timestamps.span().subspan(range.begin, range.size());
      }
      sorter.sort(source.take(b, memory), rows);
      building.merges[b] = merge_duplicates(rows, duplicates, building.values);
      source.done(b);
    }
  });
}

[[noreturn]] void refuse_duplicates(std::span<const MergeResult> merges,
                                    const StoreIndices& indices) {
  std::uint64_t pairs = 0;
  for (const MergeResult& merge : merges) pairs += merge.pairs;
  const auto first = std::find_if(merges.begin(), merges.end(),
                                  [](const MergeResult& merge) { return merge.pairs > 0; });
  throw Error(ErrorCode::kBadData,
              "user \"" + indices.users->id(first->user) + "\" rated item \"" +
                  indices.items->id(first->item) + "\" more than once, and " +
                  std::to_string(pairs) +
                  " (user, item) pairs in all are there more than once; choose what to keep with "
                  "--duplicates last, first or mean");
}

/// Moves rows down over the room that merged duplicates left, now that all counts are known.
template <class Entry>
void close_gaps(Building<Entry>& building, const UserBuckets& buckets,
                const ScatterOffsets& places) {
  auto& offsets = building.offsets;
  for (std::size_t u = 1; u < offsets.size(); ++u) offsets[u] += offsets[u - 1];
  for (std::size_t b = 0; b < buckets.count(); ++b) {
    const std::uint64_t to = offsets[buckets.begin(b)];
    const std::uint64_t size = offsets[buckets.begin(b + 1)] - to;
    for (ValueAt& change : building.merges[b].new_values) change.position += to;
    const std::uint64_t from = places.range(b).begin;
    if (to == from) continue;
    const auto entries = building.entries.span();
    std::copy_n(entries.begin() + from, size, entries.begin() + to);
    const auto timestamps = building.timestamps.span();
    if (!timestamps.empty()) std::copy_n(timestamps.begin() + from, size, timestamps.begin() + to);
  }
}

void freeze_entries(Building<RatingStore::CompactEntry>& building, std::size_t size,
                    const Workers& workers, RatingStore::Parts& parts) {
  std::vector<ValueAt> changed;
  for (const MergeResult& merge : building.merges) {
    changed.insert(changed.end(), merge.new_values.begin(), merge.new_values.end());
  }
  const auto entries = building.entries.span().first(size);
  if (changed.empty() || change_values(entries, building.values, changed, workers)) {
    parts.compact = std::move(building.entries).freeze(size);
    parts.values = FrozenArray<float>(std::move(building.values));
  } else {
    parts.wide = widened(RatingStore::Entries<RatingStore::CompactEntry>(entries, building.values),
                         changed, workers)
                     .freeze(size);
  }
}
void freeze_entries(Building<RatingStore::WideEntry>& building, std::size_t size, const Workers&,
                    RatingStore::Parts& parts) {
  parts.wide = std::move(building.entries).freeze(size);
}

template <class T>
RatingStore sort_triplets(std::vector<RatingChunk> chunks, std::vector<float> values,
                          std::uint64_t ratings, const StoreIndices& indices, Duplicates duplicates,
                          const Workers& workers) {
  constexpr bool kMayGather = kIsCompact<T> && !kIsTimed<T>;
  const bool is_gathered =
      kMayGather && std::ranges::all_of(chunks, &UserColumn::has_runs, &RatingChunk::users);
  const UserBuckets buckets(
      indices.users->size(), ratings,
      is_gathered ? GatheredBuckets::kMaxBuckets : ScatteredBuckets<T>::kMaxBuckets);
  Building<typename T::Entry> building;
  building.values = std::move(values);
  ScatterOffsets places = relabel_users(chunks, indices.user_index, buckets, workers);
  building.offsets.resize(std::size_t{indices.users->size()} + 1);
  building.entries = SystemArray<typename T::Entry>(ratings);
  building.entries.prefer_large_pages();
  if constexpr (kIsTimed<T>) {
    building.timestamps = SystemArray<std::int64_t>(ratings);
    building.timestamps.prefer_large_pages();
  }
  building.merges.resize(buckets.count());
  const TripletMaker<T> maker(chunks, indices.item_index, building.values);
  const auto sort = [&](auto source) {
    sort_all<T>(std::move(source), buckets, places, indices.items->size(), duplicates, building,
                workers);
  };
  if constexpr (kMayGather) {
    if (is_gathered) {
      sort(GatheredBuckets(std::move(chunks), maker, buckets, workers));
      return_unused_heap();
    }
  }
  if (!is_gathered) {
    sort(ScatteredBuckets<T>(std::move(chunks), maker, buckets, places, workers));
  }

  RatingStore::Parts parts;
  for (const MergeResult& merge : building.merges) parts.duplicates += merge.removed;
  if (parts.duplicates > 0 && duplicates == Duplicates::kError) {
    refuse_duplicates(building.merges, indices);
  }
  close_gaps(building, buckets, places);
  const std::uint64_t size = building.offsets.back();
  parts.users = indices.users;
  parts.items = indices.items;
  freeze_entries(building, size, workers, parts);
  if constexpr (kIsTimed<T>) parts.timestamps = std::move(building.timestamps).freeze(size);
  parts.offsets = FrozenArray<std::uint64_t>(std::move(building.offsets));
  return RatingStore(std::move(parts));
}

}  // namespace

RatingStore sort_into_store(std::vector<RatingChunk> chunks, const StoreIndices& indices,
                            Duplicates duplicates, const Workers& workers) {
  std::uint64_t ratings = 0;
  bool wide = indices.items->size() > RatingStore::kMaxCompactItems;
  bool timed = false;
  for (const RatingChunk& chunk : chunks) {
    ratings += chunk.size();
    wide = wide || !chunk.is_compact();
    timed = timed || !chunk.timestamps.empty();
  }
  std::vector<float> values;
  if (!wide) values = merged_values(chunks);
  wide = wide || values.size() > RatingStore::kMaxValues;

  const auto sort = [&]<class Entry>(Entry) {
    const auto sort_as = timed ? sort_triplets<TimedTriplet<Entry>> : sort_triplets<Triplet<Entry>>;
    return sort_as(std::move(chunks), std::move(values), ratings, indices, duplicates, workers);
  };
  return wide ? sort(RatingStore::WideEntry{}) : sort(RatingStore::CompactEntry{});
}

}  // namespace mfpar
