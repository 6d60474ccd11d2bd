// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "base/parallel.hpp"
#include "compute/kernels/sgd_pass.hpp"
#include "compute/rating_scale.hpp"
#include "mfpar/rating_store.hpp"

namespace mfpar {

/// The ratings of a store a second time, in the order that training walks: bands of users, small
/// enough for their rows to stay in a core's part of the caches, and within a band by item, so that
/// an item's row is loaded once for all its users there. A band is cut into panels of items; blocks
/// of different bands and panels share no row. The grid depends on what the constructor is given
/// except the workers.
/// Immutable; safe from any number of threads.
class BandStore {
 public:
  /// Enough for 16 threads to find work.
  static constexpr std::uint32_t kMostPanels = 16;

  /// The panels of the grid of `ratings`.
  static std::uint32_t panels_of(const RatingStore& ratings);

  /// `stride` is the number of floats from row to row. The bands are a multiple of `in_step`, so
  /// that so many threads, or panels, end together. REQUIRES: in_step > 0.
  BandStore(const RatingStore& ratings, const RatingScale& scale, std::size_t stride,
            std::uint32_t in_step, const Workers& workers);

  std::uint32_t bands() const noexcept { return static_cast<std::uint32_t>(parts_.size()); }
  std::uint32_t panels() const noexcept { return panels_; }

  /// The ratings of a band, or a block of it, as runs: fixed rows are items, moving rows are users.
  RatingRuns band(std::uint32_t band) const;
  RatingRuns block(std::uint32_t band, std::uint32_t panel) const;

  /// How many of such runs to walk at once: few where so few rows are that many would meet.
  std::uint32_t at_once(std::uint32_t band, const RatingRuns& runs) const;

 private:
  struct Band {
    std::uint32_t first_user = 0;
    std::uint32_t users = 0;
    std::vector<std::uint32_t> items;         ///< of each run, ascending
    std::vector<std::uint64_t> offsets;       ///< runs + 1 positions in the entries below
    std::vector<std::uint32_t> panel_begins;  ///< panels + 1 positions in `items`
    std::vector<std::uint32_t> compact;       ///< pack(user - first_user, code); one more than used
    std::vector<RatingStore::WideEntry> wide;  ///< {user - first_user, value}; one more than used
  };

  void fill(Band& band, const RatingStore& ratings, const std::vector<std::uint32_t>& panels) const;
  RatingRuns runs(const Band& band, std::uint32_t first, std::uint32_t last) const;

  RatingScale scale_;
  std::uint32_t panels_ = 0;
  std::vector<float> values_;  ///< standardised, by code
  std::vector<Band> parts_;
};

}  // namespace mfpar
