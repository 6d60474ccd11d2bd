// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/parallel.hpp"
#include "base/partition.hpp"
#include "compute/kernels/sgd_pass.hpp"
#include "compute/training_grid.hpp"
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
  virtual ~Bands() = default;

  const TrainingGrid& grid() const noexcept { return grid_; }
  std::uint32_t bands() const noexcept { return grid_.band_count(); }
  std::uint32_t panels() const noexcept { return grid_.panel_count(); }
  std::uint32_t user_count() const noexcept { return grid_.bands.back(); }
  bool is_compact() const noexcept { return compact_; }

  /// The users of a band.
  Range users(std::uint32_t band) const noexcept {
    return {grid_.bands[band], grid_.bands[band + 1]};
  }

  /// Whether a band has no ratings, or they are another rank's.
  virtual bool is_empty(std::uint32_t band) const = 0;

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
  Bands(TrainingGrid grid, bool compact, std::span<const float> values, const RatingScale& scale,
        Loss loss);

  const BandTargets& targets(Targets which) const noexcept {
    return which == Targets::kTraining ? training_ : model_;
  }

 private:
  TrainingGrid grid_;
  bool compact_;
  BandTargets training_;
  BandTargets model_;
};

}  // namespace mfpar
