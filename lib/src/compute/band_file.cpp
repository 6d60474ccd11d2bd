// SPDX-License-Identifier: MIT
#include "compute/band_file.hpp"

#include <algorithm>
#include <utility>

#include "base/in_order.hpp"
#include "base/random.hpp"
#include "base/stopwatch.hpp"
#include "io/checksum.hpp"
#include "mfpar/error.hpp"

namespace mfpar {

namespace {

/// At most what the file of bands takes: in each, an item has a run only where it has a rating.
std::uint64_t most_bytes(const RatingSource& ratings, const TrainingGrid& grid) {
  std::uint64_t runs = 0;
  for (std::uint32_t band = 0; band < grid.band_count(); ++band) {
    const auto offsets = ratings.offsets();
    runs += std::min<std::uint64_t>(ratings.item_count(),
                                    offsets[grid.bands[band + 1]] - offsets[grid.bands[band]]);
  }
  const std::size_t entry =
      ratings.is_compact() ? sizeof(RatingStore::CompactEntry) : sizeof(RatingStore::WideEntry);
  return ratings.size() * entry + runs * 2 * sizeof(std::uint32_t);
}

/// Of the three parts of a block.
template <class Entry>
std::uint64_t block_checksum(std::span<const std::uint32_t> items,
                             std::span<const std::uint32_t> lengths,
                             std::span<const Entry> entries) {
  return derive_seed(checksum(std::as_bytes(items)), checksum(std::as_bytes(lengths)),
                     checksum(std::as_bytes(entries)));
}

}  // namespace

BandFile::BandFile(std::shared_ptr<const RatingSource> ratings, const RatingStatistics& statistics,
                   Loss loss, TrainingGrid grid, const std::string& folder, const Workers& workers)
    : Bands(std::move(grid), ratings->is_compact(), ratings->values(), statistics.scale, loss),
      ratings_(std::move(ratings)),
      workers_(static_cast<std::size_t>(workers.threads())),
      file_(folder, most_bytes(*ratings_, Bands::grid())),
      places_(bands()) {
  if (is_compact()) {
    sort_into_file<RatingStore::CompactEntry>(*ratings_, workers);
  } else {
    sort_into_file<RatingStore::WideEntry>(*ratings_, workers);
  }
}

template <class Entry>
void BandFile::sort_into_file(const RatingSource& ratings, const Workers& workers) {
  const BufferPool<SortingRoom<Entry>> rooms;
  for_each_in_order(workers, bands(), [&](std::size_t b) {
    const auto band = static_cast<std::uint32_t>(b);
    const auto room = rooms.lend();
    const UserIndex first = grid().first_user(band), last = grid().bands[b + 1];
    const auto offsets = ratings.offsets().subspan(first, std::size_t{last} - first + 1);
    const std::span<Entry> by_user = room->by_user.take(offsets.back() - offsets.front());
    auto to = by_user.begin();
    ratings.for_each_piece(first, last, [&](const RatingSource::Piece& piece) {
      if constexpr (std::is_same_v<Entry, RatingStore::CompactEntry>) {
        to = std::ranges::copy(piece.compact, to).out;
      } else {
        to = std::ranges::copy(piece.wide, to).out;
      }
    });
    const std::span<Entry> by_item = room->by_item.take(by_user.size());
    const BandRuns runs = sort_band<Entry>(grid(), band, offsets, by_user, by_item);
    put<Entry>(band, runs, by_item);
  });
}

template <class Entry>
void BandFile::put(std::uint32_t band, const BandRuns& runs, std::span<const Entry> entries) {
  BandPlace& place = places_[band];
  std::vector<std::uint32_t> lengths;
  for (std::size_t run = 0; run < runs.items.size(); ++run) {
    lengths.push_back(static_cast<std::uint32_t>(runs.offsets[run + 1] - runs.offsets[run]));
  }
  place.run_begins = runs.panel_begins;
  for (const std::uint32_t run : runs.panel_begins) {
    place.rating_begins.push_back(runs.offsets[run]);
  }
  const std::span<const std::uint32_t> items = runs.items, counts = lengths;
  for (std::uint32_t panel = 0; panel < panels(); ++panel) {
    const std::uint32_t first = place.run_begins[panel];
    const std::uint32_t count = place.run_begins[panel + 1] - first;
    const std::uint64_t begin = place.rating_begins[panel];
    place.checksums.push_back(
        block_checksum(items.subspan(first, count), counts.subspan(first, count),
                       entries.subspan(begin, place.rating_begins[panel + 1] - begin)));
  }
  {
    const std::lock_guard lock(growing_);
    place.position = bytes_;
    bytes_ = place.end(sizeof(Entry));
  }
  file_.write(place.position, std::as_bytes(items));
  file_.write(place.position + items.size_bytes(), std::as_bytes(counts));
  file_.write(place.position + 2 * items.size_bytes(), std::as_bytes(entries));
}

double BandFile::read_rate() const {
  constexpr std::uint64_t kAtATime = std::uint64_t{8} << 20;
  std::vector<std::byte> some(std::min(bytes_, kAtATime));
  file_.forget();
  const Stopwatch clock;
  std::uint64_t read = 0;
  for (; read + some.size() <= bytes_ && !some.empty(); read += some.size()) {
    file_.read(read, some);
  }
  return static_cast<double>(read) / clock.seconds();
}

void BandFile::read(const Piece& piece, Buffer& buffer) const {
  if (is_compact()) return read(piece, buffer, buffer.compact);
  read(piece, buffer, buffer.wide);
}

template <class Entry>
void BandFile::read(const Piece& piece, Buffer& buffer, Room<Entry>& room) const {
  const BandPlace& place = places_[piece.band];
  const bool whole = piece.panel == kAllPanels;
  const std::uint32_t first_panel = whole ? 0 : piece.panel;
  const std::uint32_t last_panel = whole ? panels() : piece.panel + 1;
  const std::uint32_t first_run = place.run_begins[first_panel];
  const std::size_t run_count = place.run_begins[last_panel] - first_run;
  const std::uint64_t first = place.rating_begins[first_panel];
  const auto part = [&](auto to, std::uint64_t position) {
    file_.read(position, std::as_writable_bytes(to));
    return to;
  };
  constexpr std::size_t kNumber = sizeof(std::uint32_t);
  const std::uint64_t tables = kNumber * place.run_begins.back();
  const auto items = part(buffer.items.take(run_count), place.position + kNumber * first_run);
  const auto lengths =
      part(buffer.lengths.take(run_count), place.position + tables + kNumber * first_run);
  const auto entries = part(room.take(place.rating_begins[last_panel] - first),
                            place.position + 2 * tables + sizeof(Entry) * first);

  for (std::uint32_t panel = first_panel; panel < last_panel; ++panel) {
    const std::size_t run = place.run_begins[panel] - first_run;
    const std::size_t runs = place.run_begins[panel + 1] - place.run_begins[panel];
    const std::uint64_t begin = place.rating_begins[panel];
    const std::uint64_t found = block_checksum<Entry>(
        items.subspan(run, runs), lengths.subspan(run, runs),
        entries.subspan(begin - first, place.rating_begins[panel + 1] - begin));
    if (found == place.checksums[panel]) continue;
    throw Error(ErrorCode::kSystem,
                file_.folder() + ": temporary file: block " + std::to_string(panel) + " of band " +
                    std::to_string(piece.band) +
                    " is not what was written there; the disk or the memory is damaged");
  }
  buffer.runs = run_count;
  const auto offsets = buffer.offsets.take(run_count + 1);
  offsets[0] = 0;
  for (std::size_t run = 0; run < run_count; ++run) offsets[run + 1] = offsets[run] + lengths[run];
}

RatingRuns BandFile::runs(const Piece& piece, const Buffer& buffer, Targets which) const {
  RatingRuns runs;
  runs.count = buffer.runs;
  runs.rows = buffer.items.data();
  runs.offsets = buffer.offsets.data();
  runs.moving_base = grid().first_user(piece.band);
  if (is_compact()) {
    targets(which).fill(runs, buffer.compact.data());
  } else {
    targets(which).fill(runs, buffer.wide.data());
  }
  return runs;
}

std::unique_ptr<Bands::Walk> BandFile::walk(std::vector<Piece> pieces, Targets targets) const {
  class FromFile final : public Walk {
   public:
    FromFile(const BandFile& file, std::vector<Piece> pieces, Targets targets)
        : file_(file),
          pieces_(std::move(pieces)),
          targets_(targets),
          ahead_(uses(), kAhead * file.workers_, [this](std::size_t n) {
            auto buffer =
                (pieces_[n].panel == kAllPanels ? file_.band_buffers_ : file_.block_buffers_)
                    .lend();
            file_.read(pieces_[n], *buffer);
            return buffer;
          }) {}

    HeldRuns take(std::size_t n) override {
      auto buffer = ahead_.take(n);
      const RatingRuns runs = file_.runs(pieces_[n], *buffer, targets_);
      return HeldRuns(runs, std::move(buffer));
    }

   private:
    std::vector<std::uint32_t> uses() const {
      std::vector<std::uint32_t> all;
      for (const Piece& piece : pieces_) all.push_back(piece.uses);
      return all;
    }

    const BandFile& file_;
    const std::vector<Piece> pieces_;
    const Targets targets_;
    ReadAhead<Buffer> ahead_;
  };
  return std::make_unique<FromFile>(*this, std::move(pieces), targets);
}

ItemLists BandFile::into_item_lists(const Workers& workers) {
  std::vector<ItemIndex> lists(ratings_->size());
  const auto shards = ratings_->shard_boundaries();
  for_each_in_order(workers, shards.size() - 1, [&](std::size_t shard) {
    std::uint64_t to = ratings_->offsets()[shards[shard]];
    ratings_->for_each_piece(shards[shard], shards[shard + 1],
                             [&](const RatingSource::Piece& piece) {
                               for (const auto& entry : piece.compact)
                                 lists[to++] = RatingStore::item_of(entry);
                               for (const auto& entry : piece.wide)
                                 lists[to++] = RatingStore::item_of(entry);
                             });
  });
  return {ratings_->frame().offsets, FrozenArray<ItemIndex>(std::move(lists))};
}

}  // namespace mfpar
