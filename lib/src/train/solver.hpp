// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

#include "base/parallel.hpp"
#include "base/rank_channel.hpp"
#include "compute/kernels/sgd_pass.hpp"
#include "io/section_reader.hpp"
#include "io/section_writer.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/rating_store.hpp"

namespace mfpar {

/// In the units of training, targets are about 1 apart: a mean error from here on is no way to a
/// minimum.
inline constexpr double kMostMeanError = 1e4;

/// How a model is learnt: what train() drives, which keeps epochs, evaluation, patience and
/// history. A solver starts, when it is made, from ratings or from a model. `const` calls are safe
/// beside each other and beside run_epoch(), but for snapshot() and save(), which need the
/// parameters at rest. Where several ranks train, each has a solver, and all make the same calls in
/// the same order, those of the evaluator's thread beside the others.
class Solver {
 public:
  virtual ~Solver() = default;

  /// Learns from every training rating once more; epochs are numbered 1, 2, ... Returns the errors
  /// seen on the way, in the units of training; none where nothing is seen on the way. Ends early,
  /// between two pieces of work, when `stop` says so or the errors say that it has diverged.
  virtual PassSums run_epoch(int epoch, const std::function<bool()>& stop) = 0;

  /// The parameters as they stand, as an immutable model without record and lists; on one of
  /// several ranks, with the rows of its users only.
  virtual FactorModel snapshot() const = 0;

  /// A snapshot with the rows of all users, on rank 0; of one machine the snapshot itself.
  virtual FactorModel whole(const FactorModel& snapshot, RankTag) const { return snapshot; }

  /// The errors of a snapshot on all training ratings, in the units of its scores; of one-class
  /// feedback what its objective has but the penalty, and no clipped errors.
  virtual PassSums training_errors(const FactorModel& snapshot, const Workers& workers) const = 0;

  /// Its errors on other ratings, by its loss, in the units of its scores. Of several ranks each
  /// has those of its users, and gets the sums of all.
  virtual PassSums errors_on(const RatingStore& ratings, const FactorModel& snapshot,
                             const Workers& workers) const = 0;

  /// What the objective adds to a snapshot's errors, in the same units.
  virtual double penalty(const FactorModel& snapshot, const Workers& workers) const = 0;

  /// Starts again from a snapshot of its own, or as it began where that is null, with `rate` times
  /// the options' learning rate from now on. False, and nothing is changed, where none is used.
  virtual bool start_again(const FactorModel* snapshot, double rate) = 0;

  /// Adds what the next epoch depends on, besides options and ratings, to a file, in copies; and
  /// takes it from one. restore() throws Error(kBadFile) for what another training left.
  virtual void save(SectionWriter& file) const = 0;
  virtual void restore(const SectionReader& file) = 0;

  /// restore() on ranks but the first, which have no file.
  virtual void restore_from_first() {}

  /// Moves who rated what into the parts of a model: what was trained on, and chosen. Nothing can
  /// be learnt any more.
  virtual void give_lists(FactorModel::Parts& parts) = 0;
};

}  // namespace mfpar
