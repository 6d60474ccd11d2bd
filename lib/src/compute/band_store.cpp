// SPDX-License-Identifier: MIT
#include "compute/band_store.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/system_array.hpp"

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

}  // namespace

BandStore::BandStore(RatingStore ratings, const RatingStatistics& statistics, Loss loss,
                     std::uint32_t rank, std::uint32_t in_step, const Workers& workers)
    : BandStore(std::move(ratings), statistics.scale, loss, cut_grid(statistics, rank, in_step),
                workers) {}

BandStore::BandStore(RatingStore ratings, const RatingScale& scale, Loss loss, TrainingGrid grid,
                     const Workers& workers)
    : Bands(std::move(grid), ratings.is_compact(), ratings.parts().values.span(), scale, loss),
      runs_(bands()) {
  RatingStore::Parts parts = std::move(ratings).release();
  offsets_ = std::move(parts.offsets);
  if (is_compact()) {
    compact_ = std::move(parts.compact).thaw();
    sort(compact_.span, workers);
  } else {
    wide_ = std::move(parts.wide).thaw();
    sort(wide_.span, workers);
  }
}

/// Sorts the entries of each band from users to items, in place.
template <class Entry>
void BandStore::sort(std::span<Entry> all, const Workers& workers) {
  for_few_at_a_time<Entry>(bands(), workers, [&](std::size_t b, Scratch<Entry>& scratch) {
    const auto band = static_cast<std::uint32_t>(b);
    const auto user_offsets =
        offsets_.span().subspan(grid().first_user(band), grid().users_of(band) + std::size_t{1});
    const std::span<Entry> entries =
        all.subspan(user_offsets.front(), user_offsets.back() - user_offsets.front());
    runs_[b] = sort_band(grid(), band, user_offsets, scratch.copy_of(entries), entries);
  });
}

RatingRuns BandStore::runs(const Piece& piece, Targets which) const {
  const BandRuns& band = runs_[piece.band];
  const bool whole = piece.panel == kAllPanels;
  const std::uint32_t first = whole ? 0 : band.panel_begins[piece.panel];
  const std::uint32_t last =
      whole ? static_cast<std::uint32_t>(band.items.size()) : band.panel_begins[piece.panel + 1];
  RatingRuns runs;
  runs.count = last - first;
  runs.rows = band.items.data() + first;
  runs.offsets = band.offsets.data() + first;
  runs.moving_base = grid().first_user(piece.band);
  if (is_compact()) {
    targets(which).fill(runs, compact_.span.data() + begin(piece.band));
  } else {
    targets(which).fill(runs, wide_.span.data() + begin(piece.band));
  }
  return runs;
}

RatingRuns BandStore::band(std::uint32_t band, Targets which) const {
  return runs({.band = band}, which);
}

RatingRuns BandStore::block(std::uint32_t band, std::uint32_t panel) const {
  return runs({.band = band, .panel = panel}, Targets::kTraining);
}

std::unique_ptr<Bands::Walk> BandStore::walk(std::vector<Piece> pieces, Targets targets) const {
  class InMemory final : public Walk {
   public:
    InMemory(const BandStore& bands, std::vector<Piece> pieces, Targets targets)
        : bands_(bands), pieces_(std::move(pieces)), targets_(targets) {}
    HeldRuns take(std::size_t n) override { return HeldRuns(bands_.runs(pieces_[n], targets_)); }

   private:
    const BandStore& bands_;
    const std::vector<Piece> pieces_;
    const Targets targets_;
  };
  return std::make_unique<InMemory>(*this, std::move(pieces), targets);
}

ItemLists BandStore::into_item_lists(const Workers& workers) {
  const bool in_place = is_compact();
  ThawedArray<ItemIndex> lists = std::move(compact_);
  if (!in_place) lists = FrozenArray<ItemIndex>(std::vector<ItemIndex>(size())).thaw();
  using Copies = Scratch<ItemIndex>;
  for_few_at_a_time<ItemIndex>(bands(), workers, [&](std::size_t b, Copies& scratch) {
    const BandRuns& band = runs_[b];
    const auto number = static_cast<std::uint32_t>(b);
    const auto user_offsets = offsets_.span().subspan(grid().first_user(number),
                                                      grid().users_of(number) + std::size_t{1});
    std::vector<std::uint64_t> next(user_offsets.begin(), user_offsets.end());
    const auto put_all = [&](const auto* entries) {
      for (std::size_t run = 0; run < band.items.size(); ++run) {
        for (std::uint64_t at = band.offsets[run]; at < band.offsets[run + 1]; ++at) {
          lists.span[next[RatingStore::item_of(entries[at])]++] = band.items[run];
        }
      }
    };
    if (in_place) {
      put_all(scratch.copy_of(lists.span.subspan(begin(number), band.offsets.back())).data());
    } else {
      put_all(wide_.span.data() + begin(number));
    }
  });
  return {std::move(offsets_), FrozenArray<ItemIndex>(std::move(lists.owner), lists.span, true)};
}

}  // namespace mfpar
