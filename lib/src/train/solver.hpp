// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

#include "base/parallel.hpp"
#include "compute/kernels/sgd_pass.hpp"
#include "io/section_reader.hpp"
#include "io/section_writer.hpp"
#include "mfpar/factor_model.hpp"
#include "mfpar/item_lists.hpp"

namespace mfpar {

/// How a model is learnt: what train() drives, which keeps epochs, evaluation, patience and
/// history. A solver starts, when it is made, from ratings or from a model. `const` calls are safe
/// beside each other and beside run_epoch(), but for snapshot() and save(), which need the
/// parameters at rest.
class Solver {
 public:
  virtual ~Solver() = default;

  /// Learns from every training rating once more; epochs are numbered 1, 2, ... Returns the errors
  /// seen on the way, in the units of training. Ends early, between two pieces of work, when `stop`
  /// says so.
  virtual PassSums run_epoch(int epoch, const std::function<bool()>& stop) = 0;

  /// The parameters as they stand, as an immutable model without record and lists.
  virtual FactorModel snapshot() const = 0;

  /// The errors of a snapshot on all training ratings, in the units of its scores.
  virtual PassSums training_errors(const FactorModel& snapshot, const Workers& workers) const = 0;

  /// What the objective adds to a snapshot's errors, in the same units.
  virtual double penalty(const FactorModel& snapshot, const Workers& workers) const = 0;

  /// Adds what the next epoch depends on, besides options and ratings, to a file, which is to be
  /// written before that; and takes it from one. restore() throws Error(kBadFile) for what another
  /// training left.
  virtual void save(SectionWriter& file) const = 0;
  virtual void restore(const SectionReader& file) = 0;

  /// Who rated what, in the memory of the ratings. Nothing can be learnt any more.
  virtual ItemLists take_item_lists() = 0;
};

}  // namespace mfpar
