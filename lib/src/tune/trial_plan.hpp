// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mfpar/rating_store.hpp"
#include "mfpar/tune.hpp"
#include "tune/tune_space.hpp"

namespace mfpar {

/// Which trials a search is to run, and how many at once. Not synchronised.
class TrialPlan {
 public:
  /// `threads`: of the search. Keeps the ratings and the options.
  TrialPlan(const RatingStore& training, const TuneOptions& options, int threads);

  /// The options of the trial of this number, when `passed` of the budget is over, from 0 to 1.
  TrainOptions options_of(std::size_t number, double passed) const;

  /// A trial has ended.
  void add(const TuneTrial& trial);

  /// How long the next trial is likely to take, by what the others took. REQUIRES: shape() was
  /// asked, or no trial has ended.
  double expected_seconds() const;

  struct Shape {
    int at_once;
    int threads_each;
  };

  /// How those behind the first trial run: one thread each where `seconds` are enough for some
  /// rounds of them, else more; never more than there are to run, or than fit into memory.
  Shape shape(double seconds);

 private:
  /// Whether so many trials fit into the memory, with the two models that are kept.
  bool fit(int trials, int rank) const;
  int most_at_once() const;
  int most_rank() const;

  const TuneOptions& options_;
  const RatingStore& training_;
  const int threads_;
  const std::uint64_t memory_;
  const int most_at_once_;  // by memory
  TuneSpace space_;
  std::vector<TuneTrial> ended_;
  double seconds_of_first_ = 0.0;
  double expected_of_first_ = 0.0;  // with as many threads as a trial has now
  double seconds_of_others_ = 0.0;
};

}  // namespace mfpar
