// SPDX-License-Identifier: MIT
//
// How a table becomes a store. The ratings fall into buckets of consecutive users, small enough to
// be sorted within a core's cache; each bucket is sorted and put where it belongs. The records in
// between (bucket_records.hpp) are freed as the store fills.
#include "store/store_builder.hpp"

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
#include "store/bucket_records.hpp"
#include "store/bucket_sorter.hpp"
#include "store/duplicates.hpp"
#include "store/placement.hpp"
#include "store/records.hpp"
#include "store/store_entries.hpp"
#include "store/user_buckets.hpp"
#include "store/value_table.hpp"

namespace mfpar {

namespace {

/// Gives the users of all chunks their new indices and finds the place of each rating.
Placement place_all(std::span<RatingChunk> chunks, std::span<const UserIndex> user_index,
                    const UserBuckets& buckets, const Workers& workers) {
  Placement placement(chunks.size(), buckets.count());
  workers.for_each(chunks.size(), [&](std::size_t c) {
    const auto counts = placement.of(c);
    chunks[c].users.rename([&](UserIndex user) { return user_index[user]; });
    chunks[c].users.for_each_run(
        [&](UserIndex user, Range positions) { counts[buckets.of(user)] += positions.size(); });
  });
  placement.finish();
  return placement;
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

/// Sorts the buckets that `source`, one of bucket_records.hpp, gives into the store.
template <class Record, class Source>
void sort_all(Source source, const UserBuckets& buckets, const Placement& placement,
              ItemIndex items, Duplicates duplicates, Building<typename Record::Entry>& building,
              const Workers& workers) {
  std::atomic<std::size_t> next{0};
  const auto threads = static_cast<std::size_t>(workers.threads());
  workers.for_each(std::min(threads, buckets.count()), [&](std::size_t) {
    BucketSorter<Record> sorter(items);
    std::vector<Record> memory;
    for (std::size_t b; (b = next.fetch_add(1)) < buckets.count();) {
      const Range range = placement.range(b);
      Rows<typename Record::Entry> rows;
      rows.first_user = buckets.begin(b);
      rows.counts =
          std::span(building.offsets)
              .subspan(std::size_t{rows.first_user} + 1, buckets.begin(b + 1) - rows.first_user);
      rows.entries = building.entries.span().subspan(range.begin, range.size());
      if constexpr (kIsTimed<Record>) {
        rows.timestamps = building.timestamps.span().subspan(range.begin, range.size());
      }
      sorter.sort(source.take(b, memory), rows);
      building.merges[b] = merge_duplicates(rows, duplicates, building.values);
      source.done(b);
    }
  });
}

[[noreturn]] void refuse_duplicates(std::span<const MergeResult> merges,
                                    const StoreLabels& labels) {
  std::uint64_t pairs = 0;
  for (const MergeResult& merge : merges) pairs += merge.pairs;
  const auto first = std::find_if(merges.begin(), merges.end(),
                                  [](const MergeResult& merge) { return merge.pairs > 0; });
  throw Error(ErrorCode::kBadData,
              "user \"" + labels.users->id(first->user) + "\" rated item \"" +
                  labels.items->id(first->item) + "\" more than once, and " +
                  std::to_string(pairs) +
                  " (user, item) pairs in all are there more than once; choose what to keep with "
                  "--duplicates last, first or mean");
}

/// Moves rows down over the room that merged duplicates left, now that all counts are known.
template <class Entry>
void close_gaps(Building<Entry>& building, const UserBuckets& buckets, const Placement& placement) {
  auto& offsets = building.offsets;
  for (std::size_t u = 1; u < offsets.size(); ++u) offsets[u] += offsets[u - 1];
  for (std::size_t b = 0; b < buckets.count(); ++b) {
    const std::uint64_t to = offsets[buckets.begin(b)];
    const std::uint64_t size = offsets[buckets.begin(b + 1)] - to;
    for (ValueAt& change : building.merges[b].new_values) change.position += to;
    const std::uint64_t from = placement.range(b).begin;
    if (to == from) continue;
    const auto entries = building.entries.span();
    std::copy_n(entries.begin() + from, size, entries.begin() + to);
    const auto timestamps = building.timestamps.span();
    if (!timestamps.empty()) std::copy_n(timestamps.begin() + from, size, timestamps.begin() + to);
  }
}

void freeze_entries(Building<std::uint32_t>& building, std::size_t size, const Workers& workers,
                    RatingStore::Parts& parts) {
  std::vector<ValueAt> changed;
  for (const MergeResult& merge : building.merges) {
    changed.insert(changed.end(), merge.new_values.begin(), merge.new_values.end());
  }
  const auto entries = building.entries.span().first(size);
  if (changed.empty() || change_values(entries, building.values, changed, workers)) {
    parts.compact = std::move(building.entries).freeze(size);
    parts.values = FrozenArray<float>(std::move(building.values));
  } else {
    parts.wide = widened(entries, building.values, changed, workers).freeze(size);
  }
}
void freeze_entries(Building<RatingStore::WideEntry>& building, std::size_t size, const Workers&,
                    RatingStore::Parts& parts) {
  parts.wide = std::move(building.entries).freeze(size);
}

template <class Record>
RatingStore sort_records(std::vector<RatingChunk> chunks, std::vector<float> values,
                         std::uint64_t ratings, const StoreLabels& labels, Duplicates duplicates,
                         const Workers& workers) {
  const bool is_gathered =
      std::is_same_v<Record, CompactRecord> &&
      std::ranges::all_of(chunks, &UserColumn::is_grouped, &RatingChunk::users);
  const UserBuckets buckets(
      labels.users->size(), ratings,
      is_gathered ? GatheredRecords::kMostBuckets : DealtRecords<Record>::kMostBuckets);
  Building<typename Record::Entry> building;
  building.values = std::move(values);
  Placement placement = place_all(chunks, labels.user_index, buckets, workers);
  building.offsets.resize(std::size_t{labels.users->size()} + 1);
  building.entries = SystemArray<typename Record::Entry>(ratings);
  building.entries.prefer_large_pages();
  if constexpr (kIsTimed<Record>) {
    building.timestamps = SystemArray<std::int64_t>(ratings);
    building.timestamps.prefer_large_pages();
  }
  building.merges.resize(buckets.count());
  const StoreEntries<Record> entries(chunks, labels.item_index, building.values);
  const auto sort = [&](auto source) {
    sort_all<Record>(std::move(source), buckets, placement, labels.items->size(), duplicates,
                     building, workers);
  };
  if constexpr (std::is_same_v<Record, CompactRecord>) {
    if (is_gathered) {
      sort(GatheredRecords(std::move(chunks), entries, buckets, workers));
      return_unused_heap();
    }
  }
  if (!is_gathered) {
    sort(DealtRecords<Record>(std::move(chunks), entries, buckets, placement, workers));
  }

  RatingStore::Parts parts;
  for (const MergeResult& merge : building.merges) parts.duplicates += merge.removed;
  if (parts.duplicates > 0 && duplicates == Duplicates::kError) {
    refuse_duplicates(building.merges, labels);
  }
  close_gaps(building, buckets, placement);
  const std::uint64_t size = building.offsets.back();
  parts.users = labels.users;
  parts.items = labels.items;
  freeze_entries(building, size, workers, parts);
  if constexpr (kIsTimed<Record>) parts.timestamps = std::move(building.timestamps).freeze(size);
  parts.offsets = FrozenArray<std::uint64_t>(std::move(building.offsets));
  return RatingStore(std::move(parts));
}

}  // namespace

RatingStore sort_into_store(std::vector<RatingChunk> chunks, const StoreLabels& labels,
                            Duplicates duplicates, const Workers& workers) {
  std::uint64_t ratings = 0;
  bool wide = labels.items->size() > RatingStore::kMostCompactItems;
  bool timed = false;
  for (const RatingChunk& chunk : chunks) {
    ratings += chunk.size();
    wide = wide || !chunk.is_compact();
    timed = timed || !chunk.timestamps.empty();
  }
  std::vector<float> values;
  if (!wide) values = merged_values(chunks);
  wide = wide || values.size() > RatingStore::kMostValues;

  const auto run = [&]<class Record>(Record) {
    return sort_records<Record>(std::move(chunks), std::move(values), ratings, labels, duplicates,
                                workers);
  };
  if (wide) return timed ? run(TimedRecord<WideRecord>{}) : run(WideRecord{});
  return timed ? run(TimedRecord<CompactRecord>{}) : run(CompactRecord{});
}

}  // namespace mfpar
