// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/parallel.hpp"
#include "compute/kernels/sgd_pass.hpp"
#include "compute/rating_statistics.hpp"
#include "loss/losses.hpp"
#include "mfpar/item_lists.hpp"

namespace mfpar {

/// Runs of ratings that stay in memory for as long as this, or a copy, lives.
class HeldRuns {
 public:
  explicit HeldRuns(const RatingRuns& runs, std::shared_ptr<const void> holder = nullptr)
      : runs_(runs), holder_(std::move(holder)) {}
  const RatingRuns& runs() const noexcept { return runs_; }

 private:
  RatingRuns runs_;
  std::shared_ptr<const void> holder_;
};

/// Where ratings are cut into bands of users and panels of items.
struct BandGrid {
  std::vector<std::uint32_t> bands;   ///< boundaries of users, ascending
  std::vector<std::uint32_t> panels;  ///< boundaries of items, ascending

  std::uint32_t band_count() const noexcept { return static_cast<std::uint32_t>(bands.size() - 1); }
  std::uint32_t panel_count() const noexcept {
    return static_cast<std::uint32_t>(panels.size() - 1);
  }
  std::uint32_t first_user(std::uint32_t band) const noexcept { return bands[band]; }
  std::uint32_t users_of(std::uint32_t band) const noexcept {
    return bands[band + 1] - bands[band];
  }
};

/// The grid of ratings with these offsets of users, for rows of `rank`; its bands are a multiple of
/// `in_step`, so that so many threads, or panels, end together. REQUIRES: in_step > 0.
BandGrid make_grid(std::span<const std::uint64_t> offsets, const RatingStatistics& statistics,
                   std::uint32_t rank, std::uint32_t in_step);

/// How ratings become targets, and the targets of all codes.
struct BandTargets {
  BandTargets(const TargetScale& of, std::span<const float> values) : scale(of) {
    for (const float value : values) by_code.push_back(scale(value));
  }

  /// Fills in what `runs` has of the values of its entries, and these: `entries` are
  /// RatingStore::CompactEntry or WideEntry.
  void fill(RatingRuns& runs, const std::uint32_t* entries) const;
  void fill(RatingRuns& runs, const RatingStore::WideEntry* entries) const;

  TargetScale scale;
  std::vector<float> by_code;
};

/// Ratings in the order that training walks: bands of users, small enough for their rows to stay in
/// a core's part of the caches, and within a band by item, so that an item's row is loaded once for
/// all its users there. A band is cut into panels of items; blocks of different bands and panels
/// share no row. They lie in memory (BandStore) or on disk (BandFile), in the same order.
/// Immutable; safe from any number of threads.
class Bands {
 public:
  /// Enough for 16 threads to find work.
  static constexpr std::uint32_t kMaxPanels = 16;

  /// The panels of the grid of ratings of so many users and items.
  static std::uint32_t panels_of(std::uint32_t users, std::uint32_t items);

  virtual ~Bands() = default;

  const BandGrid& grid() const noexcept { return grid_; }
  std::uint32_t bands() const noexcept { return grid_.band_count(); }
  std::uint32_t panels() const noexcept { return grid_.panel_count(); }
  std::uint32_t user_count() const noexcept { return grid_.bands.back(); }
  bool is_compact() const noexcept { return compact_; }

  /// Which targets the values of runs are: those of training, or those of a model's scores.
  enum class Targets { kTraining, kModel };

  static constexpr std::uint32_t kAllPanels = ~std::uint32_t{0};

  /// A band, or a block of it.
  struct Piece {
    std::uint32_t band = 0;
    std::uint32_t panel = kAllPanels;
    std::uint32_t uses = 1;  ///< how often it is taken
  };

  /// A walk over pieces. Safe from any number of threads.
  class Walk {
   public:
    virtual ~Walk() = default;

    /// The runs of piece `n` of the walk: fixed rows are items, moving rows are users. Throws what
    /// reading them throws.
    virtual HeldRuns take(std::size_t n) = 0;
  };

  /// A walk that takes each of `pieces` as often as it says, about in this order, at most a few
  /// beside one another: what comes next may be read ahead. It may end early.
  virtual std::unique_ptr<Walk> walk(std::vector<Piece> pieces, Targets targets) const = 0;

  /// Who rated what; the bands hold nothing any more.
  virtual ItemLists into_item_lists(const Workers& workers) = 0;

 protected:
  Bands(BandGrid grid, bool compact, std::span<const float> values,
        const RatingStatistics& statistics, Loss loss);

  const BandTargets& targets(Targets which) const noexcept {
    return which == Targets::kTraining ? training_ : model_;
  }

 private:
  BandGrid grid_;
  bool compact_;
  BandTargets training_;
  BandTargets model_;
};

}  // namespace mfpar
