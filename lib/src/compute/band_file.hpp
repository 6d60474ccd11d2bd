// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/parallel.hpp"
#include "base/system_array.hpp"
#include "compute/bands.hpp"
#include "compute/rating_statistics.hpp"
#include "compute/read_ahead.hpp"
#include "compute/sort_band.hpp"
#include "io/scratch_file.hpp"
#include "mfpar/rating_source.hpp"

namespace mfpar {

/// Bands on disk, for ratings that are more than memory: sorted once, band by band, into a file
/// without a name, and read ahead of the workers from there. The order within is that of a
/// BandStore. Each block (band and panel) has a checksum, which every reading proves.
///
/// In the file a band is the items of its runs, how many ratings each has (32 bits each), and the
/// entries; blocks follow one another in each of the three.
class BandFile final : public Bands {
 public:
  /// Pieces that are read ahead and wait to be taken, at most, for each worker; with the one that
  /// it works on, three.
  static constexpr std::size_t kAhead = 2;

  /// Reads all of `ratings` once. Each worker needs a band's ratings twice meanwhile. Throws
  /// Error(kSystem) for no space in `folder`, and what reading throws.
  BandFile(std::shared_ptr<const RatingSource> ratings, const RatingStatistics& statistics,
           Loss loss, TrainingGrid grid, const std::string& folder, const Workers& workers);

  /// Of a piece in memory: so many runs and ratings.
  static constexpr std::uint64_t piece_bytes(std::uint64_t runs, std::uint64_t ratings,
                                             std::size_t entry_bytes) {
    return runs * (2 * sizeof(std::uint32_t) + sizeof(std::uint64_t)) + ratings * entry_bytes;
  }

  /// Of the file, all of which an epoch reads once.
  std::uint64_t bytes() const noexcept { return bytes_; }

  /// Bytes a second that a file in the folder is read by which is not in the system's cache:
  /// measured by writing this one out, and reading it.
  double read_rate() const;

  bool is_empty(std::uint32_t band) const override {
    return places_[band].rating_begins.back() == 0;
  }
  std::unique_ptr<Walk> walk(std::vector<Piece> pieces, Targets targets) const override;

  /// From the ratings, once more, into memory: 4 bytes a rating.
  ItemLists into_item_lists(const Workers& workers) override;

 private:
  /// Where a band lies, and what its blocks are.
  struct BandPlace {
    std::uint64_t position = 0;
    std::vector<std::uint32_t> run_begins;     ///< panels + 1
    std::vector<std::uint64_t> rating_begins;  ///< panels + 1
    std::vector<std::uint64_t> checksums;      ///< of each panel's block
    std::uint64_t end(std::size_t entry_bytes) const {
      return position + 2 * sizeof(std::uint32_t) * run_begins.back() +
             rating_begins.back() * entry_bytes;
    }
  };

  /// Memory that is used again, and not cleared for it.
  template <class T>
  class Room {
   public:
    std::span<T> take(std::size_t size) {
      if (size > memory_.span().size()) {
        memory_ = SystemArray<T>(size + size / 8);  // the next may be larger
        memory_.prefer_large_pages();
      }
      return memory_.span().first(size);
    }
    const T* data() const noexcept { return memory_.span().data(); }

   private:
    SystemArray<T> memory_;
  };

  /// A piece in memory.
  struct Buffer {
    std::size_t runs = 0;
    Room<std::uint32_t> items;
    Room<std::uint32_t> lengths;
    Room<std::uint64_t> offsets;
    Room<RatingStore::CompactEntry> compact;
    Room<RatingStore::WideEntry> wide;
  };

  /// What a band is sorted from, and to.
  template <class Entry>
  struct SortingRoom {
    Room<Entry> by_user;
    Room<Entry> by_item;
  };

  template <class Entry>
  void sort_into_file(const RatingSource& ratings, const Workers& workers);
  template <class Entry>
  void put(std::uint32_t band, const BandRuns& runs, std::span<const Entry> entries);
  void read(const Piece& piece, Buffer& buffer) const;
  template <class Entry>
  void read(const Piece& piece, Buffer& buffer, Room<Entry>& room) const;
  RatingRuns runs(const Piece& piece, const Buffer& buffer, Targets targets) const;
  std::size_t entry_bytes() const noexcept {
    return is_compact() ? sizeof(RatingStore::CompactEntry) : sizeof(RatingStore::WideEntry);
  }

  const std::shared_ptr<const RatingSource> ratings_;
  const std::size_t workers_;
  ScratchFile file_;
  std::vector<BandPlace> places_;
  std::mutex growing_;
  std::uint64_t bytes_ = 0;  // guarded by growing_, until all is written
  // Apart, so that what is large enough for a band is not kept for each block.
  BufferPool<Buffer> band_buffers_;
  BufferPool<Buffer> block_buffers_;
};

}  // namespace mfpar
