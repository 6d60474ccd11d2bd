// SPDX-License-Identifier: MIT
//
// How a table becomes a store. The ratings are dealt into buckets of consecutive users, small
// enough to be sorted within a core's cache; then each bucket is sorted and put where it belongs.
// Chunks are freed while buckets fill and buckets while the store fills, so that beside the table's
// own memory only half of it again is ever needed.
#include "data/store_builder.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "base/partition.hpp"
#include "base/system_array.hpp"
#include "data/bucket_sorter.hpp"
#include "data/duplicates.hpp"
#include "data/records.hpp"
#include "data/user_buckets.hpp"
#include "data/value_table.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

/// How many ratings of each chunk fall into each bucket, and with it where each rating goes:
/// buckets stand one behind the other, and within a bucket chunks do.
class Placement {
 public:
  Placement(std::size_t chunks, std::size_t buckets)
      : chunks_(chunks), buckets_(buckets), table_(chunks * buckets), starts_(buckets + 1) {}

  /// A number for each bucket: counts at first, the next position of the chunk after finish().
  std::span<std::uint64_t> of(std::size_t chunk) {
    return std::span(table_).subspan(chunk * buckets_, buckets_);
  }

  void finish() {
    std::uint64_t start = 0;
    for (std::size_t b = 0; b < buckets_; ++b) {
      starts_[b] = start;
      for (std::size_t c = 0; c < chunks_; ++c) {
        start += std::exchange(table_[c * buckets_ + b], start);
      }
    }
    starts_[buckets_] = start;
  }

  /// The positions of `bucket`, after finish().
  Range range(std::size_t bucket) const { return {starts_[bucket], starts_[bucket + 1]}; }

 private:
  std::size_t chunks_;
  std::size_t buckets_;
  std::vector<std::uint64_t> table_;
  std::vector<std::uint64_t> starts_;
};

/// Gives the users of all chunks their new indices and finds the place of each rating.
Placement place_all(std::span<RatingChunk> chunks, std::span<const UserIndex> user_index,
                    const UserBuckets& buckets, const Workers& workers) {
  Placement placement(chunks.size(), buckets.count());
  workers.for_each(chunks.size(), [&](std::size_t c) {
    const auto counts = placement.of(c);
    for (UserIndex& user : chunks[c].users) {
      user = user_index[user];
      ++counts[buckets.of(user)];
    }
  });
  placement.finish();
  return placement;
}

/// Calls body(i, entry) for each rating i of the chunk, with the store's item indices and codes.
template <class Body>
void for_each_entry(const RatingChunk& chunk, std::span<const ItemIndex> item_index,
                    std::span<const float> values, const CompactRecord*, const Body& body) {
  std::array<std::uint32_t, RatingStore::kMostValues> new_code{};
  for (std::size_t code = 0; code < chunk.code_values.size(); ++code) {
    new_code[code] = code_in(values, chunk.code_values[code]);
  }
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    const std::uint32_t entry = chunk.compact[i];
    body(i, RatingStore::pack(item_index[RatingStore::item_of(entry)],
                              new_code[RatingStore::code_of(entry)]));
  }
}
template <class Body>
void for_each_entry(const RatingChunk& chunk, std::span<const ItemIndex> item_index,
                    std::span<const float>, const WideRecord*, const Body& body) {
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    RatingStore::WideEntry entry;
    if (chunk.is_compact()) {
      entry.item = RatingStore::item_of(chunk.compact[i]);
      entry.value = chunk.code_values[RatingStore::code_of(chunk.compact[i])];
    } else {
      entry = chunk.wide[i];
    }
    // Adding zero makes a negative zero positive.
    body(i, RatingStore::WideEntry{item_index[entry.item], entry.value + 0.0f});
  }
}

/// Deals the ratings of all chunks to their places, freeing each chunk.
template <class Record>
SystemArray<Record> deal_all(std::span<RatingChunk> chunks, std::uint64_t ratings,
                             std::span<const ItemIndex> item_index, std::span<const float> values,
                             const UserBuckets& buckets, Placement& placement,
                             const Workers& workers) {
  SystemArray<Record> records(ratings);
  workers.for_each(chunks.size(), [&](std::size_t c) {
    const auto next = placement.of(c);
    {
      const RatingChunk chunk = std::exchange(chunks[c], {});
      Record* const all = records.span().data();
      for_each_entry(chunk, item_index, values, static_cast<const Record*>(nullptr),
                     [&](std::size_t i, const typename Record::Entry& entry) {
                       Record& record = all[next[buckets.of(chunk.users[i])]++];
                       record.user = chunk.users[i];
                       record.entry = entry;
                       if constexpr (kIsTimed<Record>) {
                         record.timestamp = chunk.timestamps.empty() ? 0 : chunk.timestamps[i];
                       }
                     });
    }
    return_unused_heap();
  });
  return records;
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

/// Buckets whose records are given back together: giving memory back interrupts every core.
constexpr std::size_t kGroup = 16;

template <class Record>
void sort_all(SystemArray<Record> records, const UserBuckets& buckets, const Placement& placement,
              ItemIndex items, Duplicates duplicates, Building<typename Record::Entry>& building,
              const Workers& workers) {
  std::vector<std::atomic<std::size_t>> sorted_in_group(buckets.count() / kGroup + 1);
  std::atomic<std::size_t> next{0};
  const auto threads = static_cast<std::size_t>(workers.threads());
  workers.for_each(std::min(threads, buckets.count()), [&](std::size_t) {
    BucketSorter<Record> sorter(items);
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
      sorter.sort(records.span().subspan(range.begin, range.size()), rows);
      building.merges[b] = merge_duplicates(rows, duplicates, building.values);

      const std::size_t group = b / kGroup;
      if (sorted_in_group[group].fetch_add(1) + 1 == kGroup) {
        records.give_back({placement.range(group * kGroup).begin,
                           placement.range(group * kGroup + kGroup - 1).end});
      }
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
  const UserBuckets buckets(labels.users->size(), ratings);
  Building<typename Record::Entry> building;
  building.values = std::move(values);
  Placement placement = place_all(chunks, labels.user_index, buckets, workers);
  auto records = deal_all<Record>(chunks, ratings, labels.item_index, building.values, buckets,
                                  placement, workers);

  building.offsets.resize(std::size_t{labels.users->size()} + 1);
  building.entries = SystemArray<typename Record::Entry>(ratings);
  building.entries.prefer_large_pages();
  if constexpr (kIsTimed<Record>) {
    building.timestamps = SystemArray<std::int64_t>(ratings);
    building.timestamps.prefer_large_pages();
  }
  building.merges.resize(buckets.count());
  sort_all(std::move(records), buckets, placement, labels.items->size(), duplicates, building,
           workers);

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
