// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "base/parallel.hpp"
#include "base/partition.hpp"
#include "base/random.hpp"
#include "compute/epoch_schedule.hpp"
#include "compute/rank_share.hpp"
#include "compute/rating_statistics.hpp"
#include "io/section_reader.hpp"
#include "io/section_writer.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/rating_source.hpp"
#include "mfpar/rating_store.hpp"
#include "mfpar/train_options.hpp"

namespace mfpar {

/// Whose rows there are.
struct RowIds {
  // Implicit: ratings say whose they are.
  RowIds(const RatingStore& ratings) : users(ratings.parts().users), items(ratings.parts().items) {}
  RowIds(const RatingSource& ratings) : users(ratings.users()), items(ratings.items()) {}

  std::shared_ptr<const IdDictionary> users;
  std::shared_ptr<const IdDictionary> items;
};

/// The parameters of SGD in training, in the units of training. The workers of an epoch write them
/// through plan(); nobody else may touch them meanwhile.
class SgdState {
 public:
  /// Small random factors, biases 0; from `init`, where its ids match and it is given, the factors
  /// and biases it learnt. Rows without training ratings are zero and stay so. `statistics` and
  /// `init` outlive the state. With `share`, which outlives it too, that of one of several ranks:
  /// the rows of other ranks' users stay untouched memory.
  SgdState(const RowIds& ids, const RatingStatistics& statistics, const TrainOptions& options,
           const FactorModel* init, const Workers& workers, const RankShare* share = nullptr);

  /// What epoch `epoch` (1, 2, ...) is to do.
  EpochPlan plan(int epoch);

  /// One record a row, of users and of items.
  struct Rows {
    AlignedBuffer<float> memory;
    RowRecords records;  ///< in the memory
    std::uint32_t count = 0;
  };
  const Rows& users() const noexcept { return users_; }
  std::span<const Range> own_users() const noexcept { return own_users_; }
  const Rows& items() const noexcept { return items_; }

  /// See Solver.
  void start_again(const FactorModel* snapshot, double rate, const Workers& workers);

  /// All ranks get the rows of all items, as they stand after an epoch.
  void spread_items() const;

  /// The sections "sgd.users", "sgd.items" and "sgd.rate". See Solver. Of several ranks all save,
  /// and the file of the first is whole; where the first restores, the others do so from it.
  void save(SectionWriter& file) const;
  void restore(const SectionReader& file);
  void restore_from_ranks(std::span<const float> whole = {});

 private:
  void start(Rows& rows, SeedUse use, std::span<const std::uint32_t> counts,
             std::span<const Range> own, const Workers& workers);
  void start(const Workers& workers);
  void start_from(const FactorModel& init, const Workers& workers);
  FrozenArray<float> saved_records(const SectionReader& file, const std::string& section,
                                   std::span<const std::uint32_t> counts) const;
  std::size_t stride() const;  ///< of records

  const TrainOptions options_;
  const RatingStatistics& statistics_;
  const RatingScale& scale_;
  const RowIds ids_;
  const FactorModel* const init_;
  const RankShare* const share_;  ///< null on one machine
  const std::vector<Range> own_users_;
  double rate_ = 1.0;                     ///< times the options' learning rate
  mutable bool items_are_spread_ = true;  ///< all ranks have the rows of all items
  Rows users_;
  Rows items_;
};

/// Calls body(row) for all rows of some ranges.
template <class Body>
void for_each_row(std::span<const Range> ranges, const Workers& workers, const Body& body) {
  constexpr std::size_t kPartitions = 256;
  for (const Range range : ranges) {
    workers.for_each(kPartitions, [&](std::size_t partition) {
      const Range part = even_range(range.size(), kPartitions, partition);
      for (std::size_t i = part.begin; i < part.end; ++i) body(range.begin + i);
    });
  }
}

/// The learning rate of epoch 1, 2, ... under the options' schedule.
double scheduled_rate(const TrainOptions& options, int epoch);

}  // namespace mfpar
