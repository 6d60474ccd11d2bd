// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/aligned_buffer.hpp"
#include "base/parallel.hpp"
#include "base/random.hpp"
#include "compute/epoch_schedule.hpp"
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
  /// `init` outlive the state.
  SgdState(const RowIds& ids, const RatingStatistics& statistics, const TrainOptions& options,
           const FactorModel* init, const Workers& workers);

  /// What epoch `epoch` (1, 2, ...) is to do.
  EpochPlan plan(int epoch);

  /// One record a row, of users and of items.
  struct Rows {
    AlignedBuffer<float> memory;
    RowRecords records;  ///< in the memory
    std::uint32_t count = 0;
  };
  const Rows& users() const noexcept { return users_; }
  const Rows& items() const noexcept { return items_; }

  /// See Solver.
  void start_again(const FactorModel* snapshot, double rate, const Workers& workers);

  /// The sections "sgd.users", "sgd.items" and "sgd.rate". See Solver.
  void save(SectionWriter& file) const;
  void restore(const SectionReader& file);

 private:
  void start(Rows& rows, SeedUse use, std::span<const std::uint32_t> counts,
             const Workers& workers);
  void start(const Workers& workers);
  void start_from(const FactorModel& init, const Workers& workers);
  static void restore(const SectionReader& file, const std::string& section, Rows& rows);

  const TrainOptions options_;
  const RatingStatistics& statistics_;
  const RatingScale& scale_;
  const RowIds ids_;
  const FactorModel* const init_;
  double rate_ = 1.0;  ///< times the options' learning rate
  Rows users_;
  Rows items_;
};

/// The learning rate of epoch 1, 2, ... under the options' schedule.
double scheduled_rate(const TrainOptions& options, int epoch);

}  // namespace mfpar
