// SPDX-License-Identifier: MIT
#include "compute/band_store.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/partition.hpp"
#include "base/random.hpp"
#include "base/system_array.hpp"
#include "loss/losses.hpp"

namespace mfpar {

namespace {

/// Bands that are sorted at a time: each needs its ratings a second time meanwhile.
constexpr std::size_t kMaxSorted = 4;

/// Copies of the ratings of bands, to sort them from: one that is used again, since to come by
/// fresh memory takes as long as to fill it.
template <class Entry>
class Scratch {
 public:
  std::span<const Entry> copy_of(std::span<const Entry> entries) {
    if (copy_.span().size() < entries.size()) {
      copy_ = SystemArray<Entry>(entries.size() + entries.size() / 8);  // the next may be larger
      copy_.prefer_large_pages();
    }
    const auto copy = copy_.span().first(entries.size());
    std::ranges::copy(entries, copy.begin());
    return copy;
  }

 private:
  SystemArray<Entry> copy_;
};

/// Calls body(i, scratch) for each of `count` bands, a few at a time.
template <class Entry, class Body>
void for_few_at_a_time(std::size_t count, const Workers& workers, const Body& body) {
  std::atomic<std::size_t> next{0};
  const auto threads = static_cast<std::size_t>(workers.threads());
  workers.for_each(std::min({threads, count, kMaxSorted}), [&](std::size_t) {
    Scratch<Entry> scratch;
    for (std::size_t band; (band = next.fetch_add(1)) < count;) body(band, scratch);
  });
}

std::uint32_t item_of(std::uint32_t entry) { return RatingStore::item_of(entry); }
std::uint32_t item_of(const RatingStore::WideEntry& entry) { return entry.item; }

/// `entry` with `row` in place of its item.
std::uint32_t with_row(std::uint32_t entry, std::uint32_t row) {
  return RatingStore::pack(row, RatingStore::code_of(entry));
}
RatingStore::WideEntry with_row(const RatingStore::WideEntry& entry, std::uint32_t row) {
  return {row, entry.value};
}

}  // namespace

std::uint32_t BandStore::panels_of(const RatingStore& ratings) {
  return mfpar::panels_of(ratings.user_count(), ratings.item_count());
}

BandStore::BandStore(RatingStore ratings, const RatingStatistics& statistics, Loss loss,
                     std::uint32_t rank, std::uint32_t in_step, const Workers& workers)
    : BandStore(std::move(ratings), statistics.scale, loss, cut_grid(statistics, rank, in_step),
                workers) {}

BandStore::BandStore(RatingStore ratings, const RatingScale& scale, Loss loss, TrainingGrid grid,
                     const Workers& workers)
    : users_(ratings.user_count()), panels_(grid.panel_count()) {
  const std::uint32_t items = ratings.item_count();
  const auto& boundaries = grid.bands;
  bands_.resize(grid.band_count());
  for (std::size_t b = 0; b < bands_.size(); ++b) {
    bands_[b].first_user = boundaries[b];
    bands_[b].users = boundaries[b + 1] - boundaries[b];
    bands_[b].begin = ratings.offsets()[boundaries[b]];
  }

  RatingStore::Parts parts = std::move(ratings).release();
  offsets_ = std::move(parts.offsets);
  const auto convert = [&](const TargetScale& target) {
    Values values{target, {}};
    for (const float value : parts.values) values.by_code.push_back(target(value));
    return values;
  };
  training_ = convert(scale.target);
  model_ = convert(score_target(loss, scale.range));
  if (parts.wide.empty()) {
    compact_ = std::move(parts.compact).thaw();
    sort(compact_.span, grid.panels, items, workers);
  } else {
    wide_ = std::move(parts.wide).thaw();
    sort(wide_.span, grid.panels, items, workers);
  }
}

/// Sorts the entries of each band from users to items, in place.
template <class Entry>
void BandStore::sort(std::span<Entry> all, std::span<const std::uint32_t> panels,
                     std::uint32_t item_count, const Workers& workers) {
  const auto user_offsets = offsets_.span();
  for_few_at_a_time<Entry>(bands_.size(), workers, [&](std::size_t b, Scratch<Entry>& scratch) {
    Band& band = bands_[b];
    const std::uint64_t end = user_offsets[band.first_user + band.users];
    const std::span<Entry> entries = all.subspan(band.begin, end - band.begin);

    // A counting sort; `next` is first the count of each item, then where its next entry goes.
    std::vector<std::uint64_t> next(item_count);
    for (const Entry& entry : entries) ++next[item_of(entry)];
    band.panel_begins.push_back(0);
    std::uint64_t total = 0;
    for (std::uint32_t panel = 0; panel < panels_; ++panel) {
      for (std::uint32_t item = panels[panel]; item < panels[panel + 1]; ++item) {
        const std::uint64_t count = std::exchange(next[item], total);
        if (count == 0) continue;
        band.items.push_back(item);
        band.offsets.push_back(total);
        total += count;
      }
      band.panel_begins.push_back(static_cast<std::uint32_t>(band.items.size()));
    }
    band.offsets.push_back(total);

    const Entry* from = scratch.copy_of(entries).data();
    for (std::uint32_t row = 0; row < band.users; ++row) {
      const std::uint32_t user = band.first_user + row;
      for (std::uint64_t n = user_offsets[user + 1] - user_offsets[user]; n > 0; --n, ++from) {
        entries[next[item_of(*from)]++] = with_row(*from, row);
      }
    }

    // Each run starts at a random user and goes round: those that are walked together would else
    // meet the same users step by step.
    for (std::size_t run = 0; run < band.items.size(); ++run) {
      const auto entries_of_run =
          entries.subspan(band.offsets[run], band.offsets[run + 1] - band.offsets[run]);
      const auto start = derive_seed(b, band.items[run]) % entries_of_run.size();
      std::rotate(entries_of_run.begin(),
                  entries_of_run.begin() + static_cast<std::ptrdiff_t>(start),
                  entries_of_run.end());
    }
  });
}

RatingRuns BandStore::runs(const Band& band, std::uint32_t first, std::uint32_t last,
                           Targets targets) const {
  const Values& values = targets == Targets::kTraining ? training_ : model_;
  RatingRuns runs;
  runs.count = last - first;
  runs.rows = band.items.data() + first;
  runs.offsets = band.offsets.data() + first;
  runs.moving_base = band.first_user;
  if (is_compact()) {
    runs.compact = compact_.span.data() + band.begin;
    runs.code_values = values.by_code.data();
  } else {
    runs.wide = wide_.span.data() + band.begin;
    runs.wide_mean = values.scale.origin;
    runs.wide_scale = 1.0f / values.scale.width;
  }
  return runs;
}

RatingRuns BandStore::band(std::uint32_t band, Targets targets) const {
  return runs(bands_[band], 0, static_cast<std::uint32_t>(bands_[band].items.size()), targets);
}

RatingRuns BandStore::block(std::uint32_t band, std::uint32_t panel) const {
  const auto& begins = bands_[band].panel_begins;
  return runs(bands_[band], begins[panel], begins[panel + 1], Targets::kTraining);
}

ItemLists BandStore::into_item_lists(const Workers& workers) && {
  const bool in_place = is_compact();
  ThawedArray<ItemIndex> lists = std::move(compact_);
  if (!in_place) lists = FrozenArray<ItemIndex>(std::vector<ItemIndex>(size())).thaw();
  using Copies = Scratch<ItemIndex>;
  for_few_at_a_time<ItemIndex>(bands_.size(), workers, [&](std::size_t b, Copies& scratch) {
    const Band& band = bands_[b];
    const auto user_offsets = offsets_.span().subspan(band.first_user, band.users + 1);
    std::vector<std::uint64_t> next(user_offsets.begin(), user_offsets.end());
    const auto put_all = [&](const auto* entries) {
      for (std::size_t run = 0; run < band.items.size(); ++run) {
        for (std::uint64_t at = band.offsets[run]; at < band.offsets[run + 1]; ++at) {
          lists.span[next[item_of(entries[at])]++] = band.items[run];
        }
      }
    };
    if (in_place) {
      put_all(scratch.copy_of(lists.span.subspan(band.begin, band.offsets.back())).data());
    } else {
      put_all(wide_.span.data() + band.begin);
    }
  });
  return {std::move(offsets_), FrozenArray<ItemIndex>(std::move(lists.owner), lists.span, true)};
}

}  // namespace mfpar
