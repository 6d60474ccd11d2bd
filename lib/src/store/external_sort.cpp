// SPDX-License-Identifier: MIT
#include "store/external_sort.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "store/hold_out.hpp"
#include "store/packed_writer.hpp"
#include "store/spilled_chunk.hpp"
#include "store/value_table.hpp"

namespace mfpar {

namespace {

/// The portion of users of each user of the table.
std::vector<std::uint32_t> portions_of(const StoreIndices& indices,
                                       std::span<const UserIndex> portions) {
  std::vector<std::uint32_t> of_user(indices.user_index.size());
  for (std::size_t i = 0; i < of_user.size(); ++i) {
    const auto after = std::ranges::upper_bound(portions, indices.user_index[i]);
    of_user[i] = static_cast<std::uint32_t>(after - portions.begin() - 1);
  }
  return of_user;
}

/// The ratings of a chunk, each with those of the same portion, in order.
std::vector<RatingChunk> split_chunk(const RatingChunk& chunk,
                                     std::span<const std::uint32_t> portion_of,
                                     std::size_t portions) {
  std::vector<RatingChunk> parts(portions);
  const auto append = [](auto& to, const auto& from, Range at) {
    to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(at.begin),
              from.begin() + static_cast<std::ptrdiff_t>(at.end));
  };
  chunk.users.for_each_run([&](UserIndex user, Range at) {
    RatingChunk& part = parts[portion_of[user]];
    for (std::size_t i = at.begin; i < at.end; ++i) part.users.push_back(user);
    if (chunk.is_compact()) {
      append(part.compact, chunk.compact, at);
    } else {
      append(part.wide, chunk.wide, at);
    }
    if (!chunk.timestamps.empty()) append(part.timestamps, chunk.timestamps, at);
  });
  for (RatingChunk& part : parts) part.code_values = chunk.code_values;
  return parts;
}

/// Copies all from a temporary file.
void add_timestamps(const SpillFile& from, PackedWriter& writer) {
  std::vector<std::int64_t> some(std::size_t{1} << 20);
  for (std::uint64_t at = 0; at < from.size(); at += some.size() * sizeof(std::int64_t)) {
    const std::uint64_t left = (from.size() - at) / sizeof(std::int64_t);
    const auto part = std::span(some).first(std::min<std::uint64_t>(left, some.size()));
    from.read({at, part.size_bytes()}, std::as_writable_bytes(part));
    writer.add_timestamps(part);
  }
}

template <class T>
void append_all(std::vector<T>& to, std::vector<T> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

ExternalSort::ExternalSort(std::uint64_t memory, std::string folder, const Workers& workers)
    : memory_(memory), folder_(std::move(folder)), workers_(workers) {}

/// While they are sorted: as triplets, and as entries that take their place.
std::uint64_t ExternalSort::bytes_a_rating() const {
  return (form_.is_wide ? 20 : 12) + (form_.has_timestamps ? 16 : 0);
}

/// What is left beside the ids for ratings; a little even where ids take all.
std::uint64_t ExternalSort::bytes_for(std::uint64_t ids) const {
  constexpr std::uint64_t kBytesAnId = 100;
  const std::uint64_t taken = std::min(memory_, kBytesAnId * ids);
  return std::max(memory_ - taken, memory_ / 8);
}

void ExternalSort::add(std::vector<RatingChunk> chunks, std::uint64_t ids) {
  for (const RatingChunk& chunk : chunks) {
    form_.add(chunk);
    ratings_ += chunk.size();
  }
  append_all(chunks_, std::move(chunks));
  const bool fits = ratings_ * bytes_a_rating() <= bytes_for(ids);
  if (!fits || file_) spill_all();
}

void ExternalSort::spill_all() {
  if (!file_) file_.emplace(folder_);
  const std::size_t before = places_.size();
  places_.resize(before + chunks_.size());
  workers_.for_each(chunks_.size(),
                    [&](std::size_t c) { places_[before + c] = spill(chunks_[c], *file_); });
  for (const RatingChunk& chunk : chunks_) {
    chunk.users.for_each_run([&](UserIndex user, Range at) {
      if (user >= counts_.size()) counts_.resize(std::size_t{user} + 1);
      counts_[user] += static_cast<std::uint32_t>(at.size());
    });
  }
  chunks_.clear();
  spilled_ = file_->size();
}

/// The first user of each portion, and the number of users.
std::vector<UserIndex> ExternalSort::cut_portions(const StoreIndices& indices) const {
  const std::uint64_t ids = indices.user_index.size() + indices.item_index.size();
  const std::uint64_t most = std::max<std::uint64_t>(bytes_for(ids) / bytes_a_rating(), 1);
  std::vector<std::uint32_t> counts(indices.user_index.size());
  for (std::size_t i = 0; i < counts_.size(); ++i) counts[indices.user_index[i]] = counts_[i];
  std::vector<UserIndex> portions{0};
  std::uint64_t filled = 0;
  for (UserIndex user = 0; user < counts.size(); ++user) {
    if (filled > 0 && filled + counts[user] > most) {
      portions.push_back(user);
      filled = 0;
    }
    filled += counts[user];
  }
  portions.push_back(static_cast<UserIndex>(counts.size()));
  return portions;
}

/// Deals the ratings out to the portions.
std::vector<ExternalSort::Places> ExternalSort::scatter(const StoreIndices& indices,
                                                        const std::vector<UserIndex>& portions) {
  const std::size_t count = portions.size() - 1;
  if (count == 1) return {std::move(places_)};
  const auto portion_of = portions_of(indices, portions);
  std::vector<Places> places(count, Places(places_.size()));
  workers_.for_each(places_.size(), [&](std::size_t c) {
    const std::vector<RatingChunk> parts =
        split_chunk(read_chunk(*file_, places_[c]), portion_of, count);
    file_->drop(places_[c]);
    for (std::size_t p = 0; p < count; ++p) {
      if (parts[p].size() > 0) places[p][c] = spill(parts[p], *file_);
    }
  });
  for (Places& of_portion : places) {
    std::erase_if(of_portion, [](const Spilled& place) { return place.size == 0; });
  }
  spilled_ = file_->size();
  places_.clear();
  return places;
}

SortedRows ExternalSort::sort(const Places& places, UserIndex first, UserIndex end,
                              const StoreIndices& indices, Duplicates duplicates) const {
  std::vector<RatingChunk> chunks(places.size());
  workers_.for_each(places.size(),
                    [&](std::size_t c) { chunks[c] = read_chunk(*file_, places[c]); });
  const RowIndices rows{indices.user_index, first, end - first, indices.item_index,
                        indices.items->size()};
  return sort_rows(std::move(chunks), form_, rows, duplicates, workers_);
}

/// Puts the means of duplicates among the values, by sorting everything once without writing it.
void ExternalSort::add_means(const std::vector<Places>& places,
                             const std::vector<UserIndex>& portions, const StoreIndices& indices) {
  StoreForm form = form_;
  for (std::size_t p = 0; p < places.size() && !form.is_wide; ++p) {
    const SortedRows rows =
        sort(places[p], portions[p], portions[p + 1], indices, Duplicates::kMean);
    add_values(form.values, rows.values);
    form.is_wide = !rows.wide.empty() || form.values.size() > RatingStore::kMaxValues;
  }
  form_ = std::move(form);
}

void ExternalSort::write(const std::string& path, const IdDictionary& users,
                         const IdDictionary& items, const PackedOrigin& origin,
                         const HoldOut& hold_out, const Progress& progress) {
  const StoreIndices indices = shuffled(users, items, origin.seed, workers_);
  if (!file_) {
    const RatingStore store =
        sort_into_store(std::move(chunks_), indices, origin.duplicates, workers_);
    if (progress) progress(ratings_, ratings_);
    return save_packed_store(store, path, origin, hold_out, workers_.threads());
  }
  form_.is_wide = form_.is_wide || items.size() > RatingStore::kMaxCompactItems;
  const std::vector<UserIndex> portions = cut_portions(indices);
  const std::vector<Places> places = scatter(indices, portions);
  if (origin.duplicates == Duplicates::kMean && !form_.is_wide) {
    add_means(places, portions, indices);
  }
  if (form_.is_wide) form_.values = {};

  PackedWriter writer(path, *indices.users, *indices.items, form_.values);
  SpillFile timestamps(folder_);
  std::vector<std::uint64_t> offsets{0};
  offsets.reserve(std::size_t{users.size()} + 1);
  FoundDuplicates found;
  std::uint64_t done = 0;
  for (std::size_t p = 0; p < places.size(); ++p) {
    const SortedRows rows =
        sort(places[p], portions[p], portions[p + 1], indices, origin.duplicates);
    for (const Spilled& place : places[p]) file_->drop(place);
    if (found.pairs == 0) found.user = rows.duplicates.user, found.item = rows.duplicates.item;
    found.pairs += rows.duplicates.pairs;
    found.merged += rows.duplicates.merged;
    const std::uint64_t begin = offsets.back();
    for (std::size_t u = 1; u < rows.offsets.size(); ++u) {
      offsets.push_back(begin + rows.offsets[u]);
    }
    writer.add(rows.compact.span());
    writer.add(rows.wide.span());
    if (form_.has_timestamps) timestamps.append(std::as_bytes(rows.timestamps.span()));
    done += rows.offsets.back() + rows.duplicates.merged;
    if (progress) progress(std::min(done, ratings_), ratings_);
  }
  if (found.pairs > 0 && origin.duplicates == Duplicates::kError) {
    refuse_duplicates(found, *indices.users, *indices.items);
  }
  file_.reset();
  add_timestamps(timestamps, writer);
  const auto read_times = [&](Range positions, std::vector<std::int64_t>& memory) {
    memory.resize(positions.size());
    timestamps.read({positions.begin * sizeof(std::int64_t), 0},
                    std::as_writable_bytes(std::span(memory)));
    return std::span<const std::int64_t>(memory);
  };
  if (hold_out.last || hold_out.time) check_timestamps(form_.has_timestamps);
  const HeldOut held_out = held_out_bits(hold_out, offsets, origin.seed, read_times, workers_);
  writer.commit({.offsets = offsets,
                 .held_out = held_out.bits,
                 .held_out_count = held_out.count,
                 .duplicates = found.merged,
                 .origin = origin});
}

}  // namespace mfpar
