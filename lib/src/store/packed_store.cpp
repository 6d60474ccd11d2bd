// SPDX-License-Identifier: MIT
#include "mfpar/packed_store.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/parallel.hpp"
#include "base/system_array.hpp"
#include "io/id_sections.hpp"
#include "io/open_sections.hpp"
#include "mfpar/error.hpp"
#include "store/atomic_bitset.hpp"
#include "store/packed_format.hpp"
#include "store/split_store.hpp"

namespace mfpar {

namespace {

using CompactEntry = RatingStore::CompactEntry;
using WideEntry = RatingStore::WideEntry;

/// What one thread reads at a time, in ratings: whole blocks of every section.
constexpr std::size_t kSlice = std::size_t{1} << 20;
static_assert(kSlice / 8 % kSectionBlock == 0);

PackedNumbers read_numbers(const OpenSections& file) {
  const auto numbers = file.array<PackedNumbers>("store");
  if (numbers.size() != 1) {
    file.fail("store", 0,
              "it has " + std::to_string(numbers.size() * sizeof(PackedNumbers)) +
                  " bytes and should have " + std::to_string(sizeof(PackedNumbers)) + kDamagedFile);
  }
  return numbers[0];
}

/// Calls body(first, count) for slices of all ratings, on all threads.
template <class Body>
void for_each_slice(std::uint64_t ratings, const Workers& workers, const Body& body) {
  workers.for_each((ratings + kSlice - 1) / kSlice, [&](std::size_t slice) {
    const std::uint64_t first = slice * kSlice;
    body(first, static_cast<std::size_t>(std::min<std::uint64_t>(kSlice, ratings - first)));
  });
}

}  // namespace

struct PackedStore::Impl {
  explicit Impl(const std::string& path);

  template <class Entry>
  void read(std::uint64_t first, std::span<Entry> entries) const;
  template <class Entry>
  void check_entries(std::uint64_t first, std::span<const Entry> entries) const;
  template <class Entry>
  [[noreturn]] void refuse_entries(std::uint64_t first, std::span<const Entry> entries) const;
  template <class Entry>
  FrozenArray<Entry> load_entries(const Workers& workers) const;
  FrozenArray<std::int64_t> load_timestamps(const Workers& workers) const;

  OpenSections file;
  PackedNumbers numbers;
  PackedOrigin origin;
  std::shared_ptr<const IdDictionary> users;
  std::shared_ptr<const IdDictionary> items;
  FrozenArray<float> values;
  FrozenArray<std::uint64_t> offsets;
  BlockedSection entries;
  BlockedSection timestamps;
  BlockedSection held_out;

 private:
  void check_numbers() const;
  void check_values() const;
  void check_offsets() const;
  bool is_wrong(CompactEntry entry) const {
    return RatingStore::item_of(entry) >= items->size() ||
           RatingStore::code_of(entry) >= values.size();
  }
  bool is_wrong(const WideEntry& entry) const {
    return entry.item >= items->size() || !std::isfinite(entry.value);
  }
};

PackedStore::Impl::Impl(const std::string& path)
    : file(path, kPackedStoreKind), numbers(read_numbers(file)) {
  check_numbers();
  origin = {numbers.seed, static_cast<Duplicates>(numbers.duplicates_rule)};
  users = read_dictionary(file, "users");
  items = read_dictionary(file, "items");
  values = file.array<float>("values");
  check_values();
  offsets = file.array<std::uint64_t>("offsets");
  check_offsets();
  entries = BlockedSection(file, kEntriesSection, numbers.ratings * numbers.entry_bytes);
  timestamps = BlockedSection(
      file, kTimestampsSection,
      numbers.has_timestamps != 0 ? numbers.ratings * sizeof(std::int64_t) : std::uint64_t{0});
  held_out = BlockedSection(file, kHeldOutSection,
                            numbers.held_out > 0 ? held_out_bytes(numbers.ratings) : 0);
}

void PackedStore::Impl::check_numbers() const {
  const auto refuse = [&](std::size_t position, const std::string& what) {
    file.fail("store", position, what + kDamagedFile);
  };
  // So many would not fit into any file; sizes in bytes are computed without overflow.
  if (numbers.ratings == 0 || numbers.ratings >= std::uint64_t{1} << 56) {
    refuse(offsetof(PackedNumbers, ratings),
           "there cannot be " + std::to_string(numbers.ratings) + " ratings");
  }
  if (numbers.held_out > numbers.ratings) {
    refuse(offsetof(PackedNumbers, held_out), "more ratings are held out than there are");
  }
  if (numbers.entry_bytes != sizeof(CompactEntry) && numbers.entry_bytes != sizeof(WideEntry)) {
    refuse(offsetof(PackedNumbers, entry_bytes),
           "an entry cannot have " + std::to_string(numbers.entry_bytes) + " bytes");
  }
  if (numbers.block_bytes != kSectionBlock) {
    refuse(offsetof(PackedNumbers, block_bytes),
           "blocks have " + std::to_string(numbers.block_bytes) + " bytes instead of " +
               std::to_string(kSectionBlock));
  }
  if (numbers.has_timestamps > 1) {
    refuse(offsetof(PackedNumbers, has_timestamps), "a flag is neither 0 nor 1");
  }
  if (numbers.duplicates_rule > static_cast<std::uint32_t>(Duplicates::kError)) {
    refuse(offsetof(PackedNumbers, duplicates_rule), "there is no such rule for duplicates");
  }
}

void PackedStore::Impl::check_values() const {
  if (values.size() > RatingStore::kMaxValues) {
    file.fail("values", 0, "it has more values than codes can tell apart");
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i]) || (i > 0 && !(values[i - 1] < values[i]))) {
      file.fail("values", i * sizeof(float), "a value is not finite or not above the one before");
    }
  }
}

void PackedStore::Impl::check_offsets() const {
  const auto all = offsets.span();
  if (all.size() != std::size_t{users->size()} + 1) {
    file.fail("offsets", 0,
              "it has " + std::to_string(all.size()) + " positions for " +
                  std::to_string(users->size()) + " users");
  }
  if (all.front() != 0 || all.back() != numbers.ratings || !std::ranges::is_sorted(all)) {
    file.fail("offsets", 0,
              "its positions do not ascend from 0 to the " + std::to_string(numbers.ratings) +
                  " ratings");
  }
}

template <class Entry>
void PackedStore::Impl::read(std::uint64_t first, std::span<Entry> to) const {
  assert(sizeof(Entry) == numbers.entry_bytes);
  entries.read(file, first * sizeof(Entry), std::as_writable_bytes(to));
  check_entries(first, std::span<const Entry>(to));
}

/// Checksums tell of accidents; this, that who wrote the file followed the format: that indices and
/// codes are within range, and that the items of a user ascend.
template <class Entry>
void PackedStore::Impl::check_entries(std::uint64_t first, std::span<const Entry> read) const {
  if (read.empty()) return;
  // Two passes without a branch a rating: where items do not ascend, another user must begin.
  bool any_wrong = false;
  for (const Entry& entry : read) any_wrong |= is_wrong(entry);
  std::size_t falls = 0;
  const auto falls_at = [&](std::size_t i) {
    return RatingStore::item_of(read[i]) <= RatingStore::item_of(read[i - 1]);
  };
  for (std::size_t i = 1; i < read.size(); ++i) falls += falls_at(i) ? 1 : 0;
  const auto all = offsets.span();
  std::uint64_t before = first;
  for (auto begin = std::upper_bound(all.begin(), all.end(), first);
       begin != all.end() && *begin < first + read.size(); ++begin) {
    if (*begin != before && falls_at(*begin - first)) --falls;
    before = *begin;
  }
  if (any_wrong || falls > 0) refuse_entries(first, read);
}

template <class Entry>
void PackedStore::Impl::refuse_entries(std::uint64_t first, std::span<const Entry> read) const {
  const auto all = offsets.span();
  for (std::size_t i = 0; i < read.size(); ++i) {
    const std::uint64_t position = (first + i) * sizeof(Entry);
    const auto refuse = [&](const std::string& what) {
      file.fail(kEntriesSection, position,
                "block " + std::to_string(position / kSectionBlock) + ": " + what + kDamagedFile);
    };
    if (is_wrong(read[i])) {
      refuse("an entry has an item, code or value that cannot be");
    }
    const bool is_first = std::binary_search(all.begin(), all.end(), first + i);
    if (i > 0 && !is_first && RatingStore::item_of(read[i]) <= RatingStore::item_of(read[i - 1])) {
      refuse("the items of a user do not ascend");
    }
  }
  file.fail(kEntriesSection, first * sizeof(Entry), "the items of a user do not ascend");
}

template <class Entry>
FrozenArray<Entry> PackedStore::Impl::load_entries(const Workers& workers) const {
  SystemArray<Entry> all(numbers.ratings);
  all.prefer_large_pages();
  for_each_slice(numbers.ratings, workers, [&](std::uint64_t first, std::size_t count) {
    read(first, all.span().subspan(first, count));
  });
  // What stands on both sides of the edge between two slices was not compared.
  const std::span<const Entry> done = all.span();
  for (std::uint64_t edge = kSlice; edge < numbers.ratings; edge += kSlice) {
    check_entries(edge - 1, done.subspan(edge - 1, 2));
  }
  return std::move(all).freeze(numbers.ratings);
}

FrozenArray<std::int64_t> PackedStore::Impl::load_timestamps(const Workers& workers) const {
  SystemArray<std::int64_t> all(numbers.ratings);
  all.prefer_large_pages();
  for_each_slice(numbers.ratings, workers, [&](std::uint64_t first, std::size_t count) {
    timestamps.read(file, first * sizeof(std::int64_t),
                    std::as_writable_bytes(all.span().subspan(first, count)));
  });
  return std::move(all).freeze(numbers.ratings);
}

PackedStore::PackedStore(const std::string& path) : impl_(std::make_shared<const Impl>(path)) {}

const std::string& PackedStore::path() const noexcept { return impl_->file.table().path(); }
UserIndex PackedStore::user_count() const noexcept { return impl_->users->size(); }
ItemIndex PackedStore::item_count() const noexcept { return impl_->items->size(); }
std::uint64_t PackedStore::size() const noexcept { return impl_->numbers.ratings; }
std::uint64_t PackedStore::duplicates() const noexcept { return impl_->numbers.duplicates; }
const PackedOrigin& PackedStore::origin() const noexcept { return impl_->origin; }
bool PackedStore::is_compact() const noexcept {
  return impl_->numbers.entry_bytes == sizeof(CompactEntry);
}
bool PackedStore::has_timestamps() const noexcept { return impl_->numbers.has_timestamps != 0; }
std::uint64_t PackedStore::held_out() const noexcept { return impl_->numbers.held_out; }
const std::shared_ptr<const IdDictionary>& PackedStore::users() const noexcept {
  return impl_->users;
}
const std::shared_ptr<const IdDictionary>& PackedStore::items() const noexcept {
  return impl_->items;
}
const FrozenArray<std::uint64_t>& PackedStore::offsets() const noexcept { return impl_->offsets; }
const FrozenArray<float>& PackedStore::values() const noexcept { return impl_->values; }

void PackedStore::read(std::uint64_t first, std::span<CompactEntry> entries) const {
  impl_->read(first, entries);
}

void PackedStore::read(std::uint64_t first, std::span<WideEntry> entries) const {
  impl_->read(first, entries);
}

void PackedStore::read_timestamps(std::uint64_t first, std::span<std::int64_t> timestamps) const {
  assert(has_timestamps());
  impl_->timestamps.read(impl_->file, first * sizeof(std::int64_t),
                         std::as_writable_bytes(timestamps));
}

void PackedStore::read_held_out(std::uint64_t first, std::span<std::uint8_t> held_out) const {
  std::ranges::fill(held_out, std::uint8_t{0});
  if (this->held_out() == 0 || held_out.empty()) return;
  const std::uint64_t begin = first / 8, end = held_out_bytes(first + held_out.size());
  std::vector<std::uint8_t> bytes(end - begin);
  impl_->held_out.read(impl_->file, begin, std::as_writable_bytes(std::span(bytes)));
  for (std::size_t i = 0; i < held_out.size(); ++i) {
    const std::uint64_t bit = first + i - 8 * begin;
    held_out[i] = bytes[bit / 8] >> (bit % 8) & 1;
  }
}

RatingStore PackedStore::load(bool with_timestamps, int threads) const {
  const Workers workers(threads);
  RatingStore::Parts parts;
  parts.users = impl_->users;
  parts.items = impl_->items;
  parts.offsets = impl_->offsets;
  if (is_compact()) {
    parts.compact = impl_->load_entries<CompactEntry>(workers);
    parts.values = impl_->values;
  } else {
    parts.wide = impl_->load_entries<WideEntry>(workers);
  }
  if (with_timestamps && has_timestamps()) parts.timestamps = impl_->load_timestamps(workers);
  parts.duplicates = duplicates();
  return RatingStore(std::move(parts));
}

SplitResult PackedStore::load_split(bool with_timestamps, int threads) const {
  RatingStore all = load(with_timestamps, threads);
  const Workers workers(threads);
  AtomicBitset held_out(all.size());
  std::atomic<std::uint64_t> count{0};
  for_each_slice(all.size(), workers, [&](std::uint64_t first, std::size_t size) {
    std::vector<std::uint8_t> flags(size);
    read_held_out(first, flags);
    for (std::size_t i = 0; i < size; ++i) {
      if (flags[i] != 0) held_out.insert(first + i);
    }
    count += static_cast<std::uint64_t>(std::ranges::count(flags, 1));
  });
  if (count != this->held_out()) {
    impl_->file.fail(kHeldOutSection, 0,
                     "it marks " + std::to_string(count) + " ratings, and there should be " +
                         std::to_string(this->held_out()) + kDamagedFile);
  }
  return split_store(std::move(all), held_out, workers);
}

}  // namespace mfpar
