// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/parallel.hpp"
#include "loss/rating_scale.hpp"
#include "mfpar/factor_model.hpp"
#include "train/sgd_state.hpp"

namespace mfpar {

/// Makes snapshots: immutable models, in the units of scores, of the parameters as they stand. The
/// memory of snapshots that nobody holds any more is used again, so that a copy does not pay for
/// fresh pages. Safe from many threads.
class SnapshotMaker {
 public:
  /// REQUIRES: the statistics outlive it.
  SnapshotMaker(const RowIds& ids, const RatingStatistics& statistics, const TrainOptions& options);

  /// On one of several ranks, with the rows of its users only. REQUIRES: no worker is writing
  /// `state`, and the rank has the rows of all items.
  FactorModel take(const SgdState& state, const Workers& workers) const;

 private:
  /// Buffers waiting to be used again; outlives the maker as long as a snapshot lives.
  struct Pool {
    std::mutex mutex;
    std::vector<AlignedBuffer<float>> free;  // guarded by mutex
  };

  std::shared_ptr<AlignedBuffer<float>> buffer(std::size_t size) const;

  RowIds ids_;
  RatingScale scale_;
  std::span<const std::uint32_t> item_counts_;
  TrainOptions options_;
  std::shared_ptr<Pool> pool_ = std::make_shared<Pool>();
};

}  // namespace mfpar
