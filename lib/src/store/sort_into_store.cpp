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
ScatterOffsets relabel_users(std::span<RatingChunk> chunks, const RowIndices& indices,
                             const UserBuckets& buckets, const Workers& workers) {
  ScatterOffsets places(chunks.size(), buckets.count());
  workers.for_each(chunks.size(), [&](std::size_t c) {
    const auto counts = places.of(c);
    chunks[c].users.rename(
        [&](UserIndex user) { return indices.user_index[user] - indices.first_user; });
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
                    const Workers& workers, SortedRows& rows) {
  std::vector<ValueAt> changed;
  for (const MergeResult& merge : building.merges) {
    changed.insert(changed.end(), merge.new_values.begin(), merge.new_values.end());
  }
  const auto entries = building.entries.span().first(size);
  if (changed.empty() || change_values(entries, building.values, changed, workers)) {
    rows.compact = std::move(building.entries).freeze(size);
    rows.values = std::move(building.values);
  } else {
    rows.wide = widened(RatingStore::Entries<RatingStore::CompactEntry>(entries, building.values),
                        changed, workers)
                    .freeze(size);
  }
}
void freeze_entries(Building<RatingStore::WideEntry>& building, std::size_t size, const Workers&,
                    SortedRows& rows) {
  rows.wide = std::move(building.entries).freeze(size);
}

template <class T>
SortedRows sort_triplets(std::vector<RatingChunk> chunks, const StoreForm& form,
                         const RowIndices& indices, Duplicates duplicates, const Workers& workers) {
  constexpr bool kMayGather = kIsCompact<T> && !kIsTimed<T>;
  std::uint64_t ratings = 0;
  for (const RatingChunk& chunk : chunks) ratings += chunk.size();
  const bool is_gathered =
      kMayGather && std::ranges::all_of(chunks, &UserColumn::has_runs, &RatingChunk::users);
  const UserBuckets buckets(
      indices.users, ratings,
      is_gathered ? GatheredBuckets::kMaxBuckets : ScatteredBuckets<T>::kMaxBuckets);
  Building<typename T::Entry> building;
  building.values = form.values;
  ScatterOffsets places = relabel_users(chunks, indices, buckets, workers);
  building.offsets.resize(std::size_t{indices.users} + 1);
  building.entries = SystemArray<typename T::Entry>(ratings);
  building.entries.prefer_large_pages();
  if constexpr (kIsTimed<T>) {
    building.timestamps = SystemArray<std::int64_t>(ratings);
    building.timestamps.prefer_large_pages();
  }
  building.merges.resize(buckets.count());
  const TripletMaker<T> maker(chunks, indices.item_index, building.values);
  const auto sort = [&](auto source) {
    sort_all<T>(std::move(source), buckets, places, indices.items, duplicates, building, workers);
  };
  if constexpr (kMayGather) {
    if (is_gathered) {
      sort(GatheredBuckets(std::move(chunks), maker, buckets, workers));
      return_unused_heap();
    }
  }
  if (!is_gathered) {
    // NOLINTNEXTLINE(bugprone-use-after-move): moved from only where they are gathered
    sort(ScatteredBuckets<T>(std::move(chunks), maker, buckets, places, workers));
  }

  SortedRows rows;
  for (const MergeResult& merge : building.merges) {
    if (rows.duplicates.pairs == 0 && merge.pairs > 0) {
      rows.duplicates.user = indices.first_user + merge.user;
      rows.duplicates.item = merge.item;
    }
    rows.duplicates.pairs += merge.pairs;
    rows.duplicates.merged += merge.removed;
  }
  close_gaps(building, buckets, places);
  const std::uint64_t size = building.offsets.back();
  freeze_entries(building, size, workers, rows);
  if constexpr (kIsTimed<T>) rows.timestamps = std::move(building.timestamps).freeze(size);
  rows.offsets = std::move(building.offsets);
  return rows;
}

}  // namespace

void StoreForm::add(const RatingChunk& chunk) {
  is_wide = is_wide || !chunk.is_compact();
  has_timestamps = has_timestamps || !chunk.timestamps.empty();
  if (is_wide) return;
  add_values(values, chunk.code_values);
  is_wide = values.size() > RatingStore::kMaxValues;
}

void refuse_duplicates(const FoundDuplicates& found, const IdDictionary& users,
                       const IdDictionary& items) {
  throw Error(ErrorCode::kBadData,
              "user \"" + users.id(found.user) + "\" rated item \"" + items.id(found.item) +
                  "\" more than once, and " + std::to_string(found.pairs) +
                  " (user, item) pairs in all are there more than once; choose what to keep with "
                  "--duplicates last, first or mean");
}

SortedRows sort_rows(std::vector<RatingChunk> chunks, const StoreForm& form,
                     const RowIndices& indices, Duplicates duplicates, const Workers& workers) {
  const auto sort = [&]<class Entry>(Entry) {
    const auto sort_as =
        form.has_timestamps ? sort_triplets<TimedTriplet<Entry>> : sort_triplets<Triplet<Entry>>;
    return sort_as(std::move(chunks), form, indices, duplicates, workers);
  };
  return form.is_wide ? sort(RatingStore::WideEntry{}) : sort(RatingStore::CompactEntry{});
}

RatingStore sort_into_store(std::vector<RatingChunk> chunks, const StoreIndices& indices,
                            Duplicates duplicates, const Workers& workers) {
  StoreForm form;
  form.is_wide = indices.items->size() > RatingStore::kMaxCompactItems;
  for (const RatingChunk& chunk : chunks) form.add(chunk);
  if (form.is_wide) form.values = {};
  const RowIndices rows_of{indices.user_index, 0, indices.users->size(), indices.item_index,
                           indices.items->size()};
  SortedRows rows = sort_rows(std::move(chunks), form, rows_of, duplicates, workers);
  if (rows.duplicates.pairs > 0 && duplicates == Duplicates::kError) {
    refuse_duplicates(rows.duplicates, *indices.users, *indices.items);
  }
  RatingStore::Parts parts;
  parts.users = indices.users;
  parts.items = indices.items;
  parts.offsets = FrozenArray<std::uint64_t>(std::move(rows.offsets));
  parts.compact = std::move(rows.compact);
  parts.wide = std::move(rows.wide);
  if (parts.wide.empty()) parts.values = FrozenArray<float>(std::move(rows.values));
  parts.timestamps = std::move(rows.timestamps);
  parts.duplicates = rows.duplicates.merged;
  return RatingStore(std::move(parts));
}

}  // namespace mfpar
